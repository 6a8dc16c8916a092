/** A vector of coefficients, cut into its named parts. */
import * as tf from '@tensorflow/tfjs-core';

/** One tensor [batch, width] for each name. */
export type Parts<Widths> = { readonly [Name in keyof Widths]: tf.Tensor };

/** @param numbers [batch, sum of the widths] */
export function splitParts<Widths extends Readonly<Record<string, number>>>(numbers: tf.Tensor, widths: Widths): Parts<Widths> {
  const tensors = tf.split(numbers, Object.values(widths), 1);
  return Object.fromEntries(Object.keys(widths).map((name, index) => [name, tensors[index]])) as Parts<Widths>;
}
