/**
 * The convolutional part of SqueezeNet 1.1 (Iandola et al. 2016; torchvision's `squeezenet1_1.features`) with the
 * seven taps that LPIPS reads: after the first ReLU and after fire modules 2, 4, 5, 6, 7, 8
 * (torchvision indices 1, 4, 7, 9, 10, 11, 12).
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, bindAxes } from '@mfim/tensor-contracts';
import { activeConv2d } from './biased-conv.ts';
import type { ConvolutionParameters } from './weight-state.ts';

/** Squeeze 1x1, then 1x1 and 3x3 side by side. */
export type FireParameters = {
  readonly squeeze: ConvolutionParameters;
  readonly expand1: ConvolutionParameters;
  readonly expand3: ConvolutionParameters;
};

/** Everything that `squeezeNetTaps` reads. The stem includes the normalisation of the input. */
export type SqueezeNetParameters = {
  readonly stem: ConvolutionParameters;
  /** `fire3` .. `fire12`, by torchvision's index. */
  readonly fires: { readonly [name: string]: FireParameters };
};

/** Torchvision's indices of the fire modules, grouped by tap; `pool` halves the size first. */
export const SQUEEZE_NET_SLICES = [
  { pool: true, fires: [3, 4] },
  { pool: true, fires: [6, 7] },
  { pool: true, fires: [9] },
  { pool: false, fires: [10] },
  { pool: false, fires: [11] },
  { pool: false, fires: [12] },
] as const;

/** The fire modules by torchvision's index: channels of the squeezed map, and of each half of what comes out. */
export const SQUEEZE_NET_FIRES = [
  { index: 3, narrow: 16, wide: 64 },
  { index: 4, narrow: 16, wide: 64 },
  { index: 6, narrow: 32, wide: 128 },
  { index: 7, narrow: 32, wide: 128 },
  { index: 9, narrow: 48, wide: 192 },
  { index: 10, narrow: 48, wide: 192 },
  { index: 11, narrow: 64, wide: 256 },
  { index: 12, narrow: 64, wide: 256 },
] as const;

/** Channels of the taps. */
export const SQUEEZE_NET_WIDTHS = [64, 128, 256, 384, 384, 512, 512] as const;

/** The smallest side that leaves a pixel in the last tap. */
const SMALLEST_SIDE = 17;

const isEven = (size: number): boolean => size % 2 === 0;

/**
 * Max pooling 3x3, stride 2, with PyTorch's ceil_mode: an even size gets one more row or column, whose
 * window hangs over the end. There TensorFlow's 'same' is the same thing; in mixed cases zeros are
 * appended, which cannot win, since x >= 0.
 */
export function maxPoolCeil(x: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = x.shape;
  if (isEven(height) && isEven(width)) return tf.maxPool(x, 3, 2, 'same');
  if (!isEven(height) && !isEven(width)) return tf.maxPool(x, 3, 2, 'valid');
  const padded = tf.pad(x, [[0, 0], [0, isEven(height) ? 1 : 0], [0, isEven(width) ? 1 : 0], [0, 0]]);
  return tf.maxPool(padded, 3, 2, 'valid');
}

function fire({ squeeze, expand1, expand3 }: FireParameters, x: tf.Tensor4D): tf.Tensor4D {
  const narrow = activeConv2d(squeeze, x);
  return tf.concat([activeConv2d(expand1, narrow), activeConv2d(expand3, narrow, { padding: 1 })], 3);
}

/**
 * Seven feature maps of an image; differentiable with respect to the image.
 *
 * @param image [batch, height, width, 3], RGB in [-1, 1], sides of 17 pixels or more
 * @returns seven tensors [batch, h, w, channels] with 64, 128, 256, 384, 384, 512, 512 channels
 */
export function squeezeNetTaps(parameters: SqueezeNetParameters, image: tf.Tensor): readonly tf.Tensor4D[] {
  const axes = bindAxes('squeezeNetTaps', { image }, { image: 'batch height width 3' });
  checkSide(Math.min(axes.get('height') as number, axes.get('width') as number));
  const { stem, fires } = parameters;
  let x = activeConv2d(stem, image, { stride: 2 });
  const taps = [x];
  for (const slice of SQUEEZE_NET_SLICES) {
    if (slice.pool) x = maxPoolCeil(x);
    for (const index of slice.fires) x = fire(fires[`fire${index}`] as FireParameters, x);
    taps.push(x);
  }
  return taps;
}

function checkSide(side: number): void {
  if (side >= SMALLEST_SIDE) return;
  throw new ShapeError({
    where: 'squeezeNetTaps',
    expected: `an image with sides of ${SMALLEST_SIDE} pixels or more`,
    got: `${side}`,
    remedy: 'pass a larger image',
  });
}
