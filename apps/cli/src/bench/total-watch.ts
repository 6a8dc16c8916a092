/** A stopwatch that sums up everything that it is given to measure. */
import type { Stopwatch } from '@mfim/pipeline';

/** Total in milliseconds; the name of what is measured does not matter. */
export function totalWatch(): Stopwatch & { total(): number } {
  let total = 0;
  return {
    timings: {},
    add: () => undefined,
    async measure(_stage, work) {
      const started = performance.now();
      const result = await work();
      total += performance.now() - started;
      return result;
    },
    total: () => total,
  };
}
