/**
 * Resampling with StyleGAN2's filter [1, 3, 3, 1] (upfirdn2d): outer product over 64, symmetric, so
 * flipping does not matter. `out = (in * up + before + after - 4 + down) / down`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

const TAPS = [1, 3, 3, 1];
const TAPS_SUM = 8;

/** The 4x4 kernel [4, 4, channels, 1] with entries that sum to `gain`, times the factors. */
function kernelFor(channels: number, gain: number, factors: tf.Tensor | undefined): tf.Tensor4D {
  const entries = TAPS.flatMap((row) => TAPS.map((column) => (row * column * gain) / (TAPS_SUM * TAPS_SUM)));
  if (factors === undefined) return tf.tile(tf.tensor4d(entries, [4, 4, 1, 1]), [1, 1, channels, 1]);
  // In the order in which ONNX takes them.
  return tf.transpose(tf.mul(tf.reshape(factors, [channels, 1, 1, 1]), tf.tensor4d(entries, [1, 1, 4, 4])), [2, 3, 0, 1]) as tf.Tensor4D;
}

/**
 * Padding before and after, on both spatial axes, the sum of the kernel, and which pixels are kept: every `down`-th. What the
 * channels are multiplied with besides, [channels] or [1, channels], rides in the kernel.
 */
export interface BlurOptions {
  readonly padding: readonly [before: number, after: number];
  readonly gain?: number;
  readonly down?: number;
  readonly factors?: tf.Tensor | undefined;
}

/** Filters every channel of x [batch, height, width, channels]. */
export function blur(x: tf.Tensor, { padding, gain = 1, down = 1, factors }: BlurOptions): tf.Tensor {
  const channels = bindAxes('blur', { x }, { x: 'batch height width channels' }).get('channels') as number;
  const pair: [number, number] = [padding[0], padding[1]];
  return tf.depthwiseConv2d(x as tf.Tensor4D, kernelFor(channels, gain, factors), down, [[0, 0], pair, pair, [0, 0]]);
}

/** What a pixel's neighbour and the pixel itself give to each of the two that it becomes. */
const [FAR, NEAR] = [0.25, 0.75];
const HEIGHT = 1;
const WIDTH = 2;

/** Doubles one axis: each pixel becomes two, each of which leans to the neighbour on its side. */
function doubled(x: tf.Tensor4D, axis: typeof HEIGHT | typeof WIDTH): tf.Tensor4D {
  const [channels, size] = [x.shape[3], axis === HEIGHT ? ([2, 1] as const) : ([1, 2] as const)];
  const drawn = [[FAR, NEAR] as const, [NEAR, FAR] as const].map((taps, side) => {
    const padding = [0, 1, 2, 3].map((each): [number, number] => (each !== axis ? [0, 0] : side === 0 ? [1, 0] : [0, 1]));
    const filter = tf.tile(tf.tensor4d([...taps], [...size, 1, 1]), [1, 1, channels, 1]);
    return tf.depthwiseConv2d(tf.pad(x, padding), filter as tf.Tensor4D, 1, 'valid');
  });
  const [batch, height, width] = [x.shape[0], x.shape[1] * size[0], x.shape[2] * size[1]];
  const apart = axis === HEIGHT ? [batch, x.shape[1], 1, width, channels] : [batch, height, x.shape[2], 1, channels];
  return tf.reshape(tf.concat(drawn.map((each) => tf.reshape(each, apart)), axis + 1), [batch, height, width, channels]);
}

/** Doubles the size: what zeros between the pixels, then the filter with gain 4 and padding (2, 1), would give, without the zeros. */
export function upsample2d(x: tf.Tensor): tf.Tensor {
  bindAxes('upsample2d', { x }, { x: 'batch height width channels' });
  return doubled(doubled(x as tf.Tensor4D, HEIGHT), WIDTH);
}
