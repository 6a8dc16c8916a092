/** The studio's state in a component. */
import { useEffect, useState } from 'preact/hooks';
import type { Studio } from '../studio/studio.ts';
import type { StudioState } from '../studio/studio-state.ts';

/** The state, anew whenever it changes. */
export function useStudioState({ store }: Studio): StudioState {
  const [state, setState] = useState(store.get());
  useEffect(() => {
    setState(store.get());
    return store.subscribe(() => setState(store.get()));
  }, [store]);
  return state;
}
