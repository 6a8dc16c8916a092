/** Measures the stages of a swap. Stages of one name add up. */

/** Milliseconds by stage name. */
export type Timings = Readonly<Record<string, number>>;

/** Gives the time in milliseconds, like `performance.now`. */
export type Clock = () => number;

/** Runs work and remembers how long it took. */
export interface Stopwatch {
  readonly timings: Timings;
  measure<T>(stage: string, work: () => T | Promise<T>): Promise<T>;
  /** Adds times that were measured before. */
  add(timings: Timings): void;
}

/** A stopwatch with nothing on it. */
export function stopwatch(clock: Clock): Stopwatch {
  const timings: Record<string, number> = {};
  const addOne = (stage: string, milliseconds: number): void => {
    timings[stage] = (timings[stage] ?? 0) + milliseconds;
  };
  return {
    timings,
    async measure(stage, work) {
      const start = clock();
      const result = await work();
      addOne(stage, clock() - start);
      return result;
    },
    add(others) {
      for (const [stage, milliseconds] of Object.entries(others)) addOne(stage, milliseconds);
    },
  };
}
