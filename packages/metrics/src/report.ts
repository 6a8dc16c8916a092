/** Measures pairs of images with several metrics and summarises each. */
import { FaceError } from '@mfim/tensor-contracts';
import type { Metric } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { summarise } from './summarise.ts';
import type { Summary } from './summarise.ts';

/** Two faces, each [1, height, width, 3] in [-1, 1]. */
export interface ImagePair {
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

/** One line of a report. */
export interface ReportRow extends Summary {
  readonly name: string;
  readonly better: Metric<tf.Tensor>['better'];
  /** By pair, in order, without those that were doubted. */
  readonly values: readonly number[];
  /** Pairs that the metric refused with a FaceError: one of the faces was not really seen. They are in no mean. */
  readonly doubted: number;
}

/**
 * Measures every pair with every metric. Pairs may be made one at a time; after its turn a pair is
 * the caller's to dispose.
 *
 * @throws InputError when there is no pair, or a metric yields NaN; FaceError when one of them was left without any pair.
 */
export async function report(
  metrics: readonly Metric<tf.Tensor>[],
  pairs: Iterable<ImagePair> | AsyncIterable<ImagePair>,
): Promise<readonly ReportRow[]> {
  const gathered = metrics.map(({ name, better, measure }) => ({ name, better, measure, values: [] as number[], doubts: [] as FaceError[] }));
  for await (const { first, second } of pairs) {
    for (const { measure, values, doubts } of gathered) {
      try {
        values.push(await measure(first, second));
      } catch (error) {
        if (!(error instanceof FaceError)) throw error;
        doubts.push(error);
      }
    }
  }
  return gathered.map(({ name, better, values, doubts }) => {
    if (values.length === 0 && doubts[0] !== undefined) throw new FaceError({ ...doubts[0].parts, got: `none of ${doubts.length} pairs: ${doubts[0].parts.got}`, cause: doubts[0] });
    return { name, better, values, doubted: doubts.length, ...summarise(values) };
  });
}
