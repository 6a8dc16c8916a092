/**
 * Resampling with StyleGAN2's filter [1, 3, 3, 1] (upfirdn2d): outer product over 64, symmetric, so
 * flipping does not matter. `out = (in * up + before + after - 4 + down) / down`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

const TAPS = [1, 3, 3, 1];
const TAPS_SUM = 8;

/** The 4x4 kernel [4, 4, channels, 1] with entries that sum to `gain`. */
function kernelFor(channels: number, gain: number): tf.Tensor4D {
  const entries = TAPS.flatMap((row) => TAPS.map((column) => (row * column * gain) / (TAPS_SUM * TAPS_SUM)));
  return tf.tile(tf.tensor4d(entries, [4, 4, 1, 1]), [1, 1, channels, 1]);
}

/** Padding before and after, on both spatial axes, the sum of the kernel, and which pixels are kept: every `down`-th. */
export interface BlurOptions {
  readonly padding: readonly [before: number, after: number];
  readonly gain?: number;
  readonly down?: number;
}

/** Filters every channel of x [batch, height, width, channels]. */
export function blur(x: tf.Tensor, { padding, gain = 1, down = 1 }: BlurOptions): tf.Tensor {
  const channels = bindAxes('blur', { x }, { x: 'batch height width channels' }).get('channels') as number;
  const pair: [number, number] = [padding[0], padding[1]];
  const padded = tf.pad(x as tf.Tensor4D, [[0, 0], pair, pair, [0, 0]]);
  return tf.depthwiseConv2d(padded, kernelFor(channels, gain), down, 'valid');
}

/** Doubles the size: zeros between the pixels, then the filter with gain 4 and padding (2, 1). */
export function upsample2d(x: tf.Tensor): tf.Tensor {
  bindAxes('upsample2d', { x }, { x: 'batch height width channels' });
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const apart = tf.pad(tf.reshape(x, [batch, height, 1, width, channels]), [[0, 0], [0, 0], [0, 1], [0, 0], [0, 0]]);
  const rows = tf.reshape(apart, [batch, height * 2, width, 1, channels]);
  const zeros = tf.pad(rows, [[0, 0], [0, 0], [0, 0], [0, 1], [0, 0]]);
  return blur(tf.reshape(zeros, [batch, height * 2, width * 2, channels]), { padding: [2, 1], gain: 4 });
}
