/**
 * Convolution with the same padding on every side, as PyTorch has it. TensorFlow's own 'same' pads
 * less before than after when the stride is 2, and its kernels take no numbers, so it is spelled out.
 */
import * as tf from '@tensorflow/tfjs-core';

/** How the convolution moves. `padding` is in pixels, on every side. */
export interface ConvMove {
  readonly stride?: number;
  readonly padding?: number;
}

/**
 * @param x [batch, height, width, in]
 * @param weight [k, k, in, out]
 * @returns [batch, height', width', out] with height' = floor((height + 2 * padding - k) / stride) + 1
 */
export function paddedConv2d(x: tf.Tensor, weight: tf.Tensor, { stride = 1, padding = 0 }: ConvMove): tf.Tensor {
  const kernel = weight.shape[0] as number;
  const filter = weight as tf.Tensor4D;
  if (stride === 1 && kernel === 2 * padding + 1) return tf.conv2d(x as tf.Tensor4D, filter, 1, 'same');
  const around: [number, number] = [padding, padding];
  const wide = padding === 0 ? x : tf.pad(x, [[0, 0], around, around, [0, 0]]);
  return tf.conv2d(wide as tf.Tensor4D, filter, stride, 'valid');
}
