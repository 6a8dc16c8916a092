/** A value that tells when it changes. */

/** A store of one value. */
export interface Store<State> {
  get(): State;
  /** Replaces some fields; a field given as `undefined` is removed. */
  set(change: Changes<State>): void;
  /** @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
}

/** Some fields of a state. */
export type Changes<State> = { readonly [Key in keyof State]?: State[Key] | undefined };

/** A store that starts with `first`. */
export function createStore<State extends object>(first: State): Store<State> {
  let state = first;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(change) {
      const merged = { ...state, ...change };
      state = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as State;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
