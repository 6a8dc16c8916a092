/** Measures pairs of images with several metrics and summarises each. */
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
  /** By pair, in order. */
  readonly values: readonly number[];
}

/**
 * Measures every pair with every metric. Pairs may be made one at a time; after its turn a pair is
 * the caller's to dispose.
 *
 * @throws InputError when there is no pair or a metric yields NaN.
 */
export async function report(
  metrics: readonly Metric<tf.Tensor>[],
  pairs: Iterable<ImagePair> | AsyncIterable<ImagePair>,
): Promise<readonly ReportRow[]> {
  const values = metrics.map((): number[] => []);
  for await (const { first, second } of pairs) {
    for (const [index, metric] of metrics.entries()) {
      (values[index] as number[]).push(await metric.measure(first, second));
    }
  }
  return metrics.map(({ name, better }, index) => {
    const measured = values[index] as number[];
    return { name, better, values: measured, ...summarise(measured) };
  });
}
