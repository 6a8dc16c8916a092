/** The line that a person watches. */
import { displayBytes, displayDuration, displayNumber, displayShare } from './display-number.ts';
import type { MetricsRecord } from './metrics-record.ts';

/** Seconds from `record` to step `steps` at its speed; `undefined` when it names no speed. */
export function secondsLeft(record: MetricsRecord, steps: number): number | undefined {
  return record.secondsPerStep === undefined ? undefined : Math.max(0, steps - record.step) * record.secondsPerStep;
}

/**
 * Step, kimg, images a second, every term, time to go, memory, waiting share; what is not known is left out.
 *
 * @param record the newest
 * @param steps where the run ends
 */
export function liveLine(record: MetricsRecord, steps: number): string {
  const left = secondsLeft(record, steps);
  return [
    `step ${record.step}/${steps}`,
    `kimg ${record.kimg.toFixed(2)}`,
    record.imagesPerSecond === undefined ? '' : `${displayNumber(record.imagesPerSecond)} images/s`,
    ...Object.entries(record.terms).map(([name, value]) => `${name} ${displayNumber(value)}`),
    left === undefined ? '' : `ETA ${displayDuration(left)}`,
    record.memoryBytes === undefined ? '' : `memory ${displayBytes(record.memoryBytes)}`,
    record.waitingShare === undefined ? '' : `waiting ${displayShare(record.waitingShare)}`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}
