/** Mean, standard deviation and count of a list of numbers. */
import { InputError } from '@mfim/tensor-contracts';

/** What a report states about one metric. */
export interface Summary {
  readonly mean: number;
  /** Of the sample: divided by count - 1; 0 for a single number. */
  readonly deviation: number;
  readonly count: number;
}

/**
 * @throws InputError when there are no numbers, or one is NaN.
 */
export function summarise(values: readonly number[]): Summary {
  const count = values.length;
  if (count === 0 || values.some(Number.isNaN)) {
    throw new InputError({
      where: 'summarise',
      expected: 'at least one number, and no NaN',
      got: count === 0 ? 'none' : `${values.filter(Number.isNaN).length} NaN of ${count}`,
      remedy: count === 0 ? 'measure at least one pair' : 'look for broken images among the pairs',
    });
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count === 1 ? 0 : Math.sqrt(squares / (count - 1)), count };
}
