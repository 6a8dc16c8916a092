/**
 * All faces get the same style codes: the standard deviation of the codes over faces, averaged over the
 * codes, is near 0. Then no loss on the picture can move the identity.
 */
import { displayNumber } from '../display-number.ts';
import type { ReadingsRecord } from '../metrics-record.ts';
import type { Alarm } from './alarm.ts';

/** Readings in a row. */
const WINDOW = 3;
/** Runs of this trainer that never moved an identity had 0.00 to 0.02, runs that did had 0.2 to 0.9; between the two, on a logarithmic scale. */
const ALIVE = 0.06;

/** @param history readings with `codeDeviation`, oldest first; others are passed over */
export function deadCodes(history: readonly ReadingsRecord[]): Alarm | undefined {
  const window = history.filter(({ readings }) => readings['codeDeviation'] !== undefined).slice(-WINDOW);
  const last = window.at(-1);
  if (last === undefined || window.length < WINDOW) return undefined;
  const values = window.map(({ readings }) => readings['codeDeviation'] as number);
  if (values.some((value) => value >= ALIVE)) return undefined;
  return {
    kind: 'dead-codes',
    step: last.step,
    message:
      `every face gets the same style codes: their standard deviation over faces is ${displayNumber(values.at(-1) as number)}, below ${ALIVE} in ${WINDOW} readings; ` +
      'try encoder.normaliseCodes=true, a lower optimiser.encoderRate, or a larger objective.identityProbe',
  };
}
