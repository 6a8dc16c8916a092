/**
 * Kernels whose lengths are parameters of their own: weight normalisation (Salimans & Kingma 2016). The gradient is one piece: tfjs's
 * own, operation by operation, takes twice as many, which counts where a network has half a hundred small kernels.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Added to squared lengths: a kernel of zeros stays one. */
const LEAST_SQUARE = 1e-12;

/** Axes of one filter: of a depthwise kernel, which has one output a channel, or of a plain one. */
const filterAxes = ({ shape }: tf.Tensor): number[] => (shape[3] === 1 ? [0, 1] : [0, 1, 2]);

const scaled = tf.customGrad((...all) => {
  const [kernel, gain, save] = all as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  const inverse = tf.rsqrt(tf.add(tf.sum(tf.square(kernel), filterAxes(kernel), true), LEAST_SQUARE));
  const factor = tf.mul(tf.reshape(gain, inverse.shape), inverse);
  save([kernel, gain, inverse, factor]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [from, lengths, inverses, factors] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const slope = tf.mul(tf.sum(tf.mul(dy, from), filterAxes(from), true), inverses);
    return [tf.mul(tf.sub(dy, tf.mul(from, tf.mul(slope, inverses))), factors), tf.reshape(slope, lengths.shape)];
  };
  return { value: tf.mul(kernel, factor), gradFunc };
});

/**
 * Every filter times gain / |filter|; differentiable, once, by both.
 *
 * @param kernel [height, width, inputs, outputs]; with one output a depthwise one, of a filter for each input
 * @param gain [filters]
 */
export function kernelOfLength(kernel: tf.Tensor, gain: tf.Tensor): tf.Tensor4D {
  return scaled(kernel, gain) as tf.Tensor4D;
}
