/** Whether the gradient of a scalar function is right: its length against a central difference along it. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Relative error of the slope along the gradient.
 *
 * @param step how far to walk for the difference, in the units of x
 */
export function slopeError(value: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, step = 0.02): number {
  return tf.tidy(() => {
    const gradient = tf.grad(value)(x);
    const length = tf.norm(gradient).dataSync()[0]!;
    const move = tf.mul(gradient, step / length);
    const difference = value(tf.add(x, move)).dataSync()[0]! - value(tf.sub(x, move)).dataSync()[0]!;
    return Math.abs(difference / (2 * step) / length - 1);
  });
}
