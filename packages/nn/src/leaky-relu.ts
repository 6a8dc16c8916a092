/** StyleGAN2's activation: bias, leaky ReLU with slope 0.2, times sqrt(2) to keep the variance. */
import * as tf from '@tensorflow/tfjs-core';

/** Negative slope of every StyleGAN2 layer. */
export const STYLEGAN_SLOPE = 0.2;

/** `sqrt(2) * leakyRelu(x + bias)`; `bias` [channels] is optional. Any shape with channels last. */
export function biasActivation(x: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const shifted = bias === undefined ? x : tf.add(x, bias);
  return tf.mul(tf.leakyRelu(shifted, STYLEGAN_SLOPE), Math.SQRT2);
}
