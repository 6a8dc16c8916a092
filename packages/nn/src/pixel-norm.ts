/** `x * rsqrt(mean(x^2) + 1e-8)` over the last axis: how StyleGAN2 normalises z. */
import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-8;

/** Normalises the last axis of x to unit mean square. */
export function pixelNorm(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), EPSILON)));
}
