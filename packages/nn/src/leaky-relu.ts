/** StyleGAN2's activation: bias, leaky ReLU with slope 0.2, times sqrt(2) to keep the variance. */
import * as tf from '@tensorflow/tfjs-core';

/** Negative slope of every StyleGAN2 layer. */
export const STYLEGAN_SLOPE = 0.2;

/** Keeps the variance. */
export const ACTIVATION_GAIN = Math.SQRT2;

/**
 * `gain * leakyRelu(x + bias)`, any shape with channels last.
 *
 * @param bias [channels]
 * @param carried a gain that x has been multiplied by already, as the weights that drew it can be for less work than an image:
 *   then `leakyRelu(x + carried * bias)`, the activation of what x would have been, times `carried`
 */
export function biasActivation(x: tf.Tensor, bias?: tf.Tensor, carried?: number): tf.Tensor {
  if (carried === undefined) return tf.mul(tf.leakyRelu(bias === undefined ? x : tf.add(x, bias), STYLEGAN_SLOPE), ACTIVATION_GAIN);
  return tf.leakyRelu(bias === undefined ? x : tf.add(x, tf.mul(bias, carried)), STYLEGAN_SLOPE);
}
