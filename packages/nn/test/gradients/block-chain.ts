/** A chain of blocks like a discriminator's: convolution, leaky ReLU, a skip; each may be recomputed. */
import { biasActivation, equalizedConv2d, equalizedLinear, recomputed, seededNormal } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';

const normal = seededNormal(11);

export const random = (...shape: number[]): tf.Tensor => tf.tensor(normal(shape.reduce((a, b) => a * b, 1)), shape);

export interface ChainBlock {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

export function block({ weight, bias }: ChainBlock, { x }: { readonly x: tf.Tensor }) {
  const drawn = biasActivation(equalizedConv2d(weight, x, { padding: 1 }), bias);
  return { x: tf.mul(tf.add(drawn, x), 0.7), mean: tf.mean(drawn) };
}

export const recomputedBlock = recomputed(block);

export function chainParameters(blocks: number, channels = 3): tf.Tensor[] {
  return Array.from({ length: blocks }, () => [random(3, 3, channels, channels), random(channels)]).flat();
}

/** A scalar of parameters and an image [batch, side, side, channels]. */
export function chain(draw: typeof block, parameters: readonly tf.Tensor[], image: tf.Tensor): tf.Scalar {
  let x = image;
  let total = tf.scalar(0);
  for (let index = 0; index < parameters.length; index += 2) {
    const drawn = draw({ weight: parameters[index] as tf.Tensor, bias: parameters[index + 1] as tf.Tensor }, { x });
    ({ x } = drawn);
    total = tf.add(total, drawn.mean);
  }
  const rows = tf.reshape(tf.mean(x, [1, 2]), [x.shape[0] as number, -1]);
  const verdict = equalizedLinear({ weight: tf.ones([rows.shape[1] as number, 1]), bias: tf.zeros([1]) }, rows);
  return tf.add(total, tf.sum(tf.square(verdict)));
}

/** Largest difference of two lists of tensors, relative to the largest number of the second. */
export function difference(first: readonly tf.Tensor[], second: readonly tf.Tensor[]): number {
  const apart = first.map((tensor, index) => tf.max(tf.abs(tf.sub(tensor, second[index] as tf.Tensor))).dataSync()[0] as number);
  const sizes = second.map((tensor) => tf.max(tf.abs(tensor)).dataSync()[0] as number);
  return Math.max(...apart) / Math.max(...sizes);
}
