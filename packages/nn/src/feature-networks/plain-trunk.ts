/**
 * The convolutional parts of AlexNet (Krizhevsky 2014) and VGG-16 (Simonyan and Zisserman 2015) with the five taps that LPIPS
 * reads: chains of convolution, ReLU and max pooling. Layers bear torchvision's index in `features`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, bindAxes } from '@mfim/tensor-contracts';
import { constantSpec } from '../parameters.ts';
import { activeConv2d } from './biased-conv.ts';
import { kernelSpec } from './folded-norms.ts';
import type { ConvolutionParameters } from './weight-state.ts';

/** One convolution and its ReLU; `tap`: LPIPS reads it. */
export interface PlainLayer {
  readonly index: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Window of the max pooling of stride 2 that stands before the layer. */
  readonly pool?: number;
  readonly tap: boolean;
}

const tapped = { kernel: 3, stride: 1, padding: 1, tap: true } as const;

/** AlexNet: taps after relu1 .. relu5, 64, 192, 384, 256, 256 channels. */
export const ALEX_NET: readonly PlainLayer[] = [
  { index: 0, channels: 64, kernel: 11, stride: 4, padding: 2, tap: true },
  { ...tapped, index: 3, channels: 192, kernel: 5, padding: 2, pool: 3 },
  { ...tapped, index: 6, channels: 384, pool: 3 },
  { ...tapped, index: 8, channels: 256 },
  { ...tapped, index: 10, channels: 256 },
];

/** [channels, convolutions] of VGG-16's blocks, each tapped after its last ReLU. */
const VGG_BLOCKS = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
] as const;

function vggLayers(): readonly PlainLayer[] {
  const layers: PlainLayer[] = [];
  let index = 0;
  for (const [block, [channels, count]] of VGG_BLOCKS.entries()) {
    for (let convolution = 0; convolution < count; convolution += 1) {
      const pooled = block > 0 && convolution === 0 ? { pool: 2 } : {};
      layers.push({ index, channels, kernel: 3, stride: 1, padding: 1, ...pooled, tap: convolution === count - 1 });
      index += 2;
    }
    index += 1;
  }
  return layers;
}

/** VGG-16: taps after relu1_2, 2_2, 3_3, 4_3, 5_3. */
export const VGG_16: readonly PlainLayer[] = /* @__PURE__ */ vggLayers();

/** Convolutions by torchvision's index: `conv0`, `conv3` .. */
export type PlainTrunkParameters = { readonly [name: string]: ConvolutionParameters };

/** Specification of a trunk. */
export function plainTrunkSpec(layers: readonly PlainLayer[]) {
  let input = 3;
  const convolutions = layers.map(({ index, channels, kernel }) => {
    const spec = { kernel: kernelSpec([kernel, kernel], input, channels), bias: constantSpec([channels], 0) };
    input = channels;
    return [`conv${index}`, spec] as const;
  });
  return Object.fromEntries(convolutions);
}

function checkSize(x: tf.Tensor4D, window: number): void {
  if (Math.min(x.shape[1], x.shape[2]) >= window) return;
  throw new ShapeError({
    where: 'plainTrunkTaps',
    expected: 'an image that leaves a pixel at every tap',
    got: `a map of ${x.shape[1]}x${x.shape[2]} before a window of ${window}`,
    remedy: 'pass a larger image',
  });
}

/**
 * Five feature maps of an image; differentiable with respect to the image.
 *
 * @param layers `ALEX_NET` or `VGG_16`
 * @param x [batch, height, width, 3], normalised as LPIPS does
 * @returns five tensors [batch, h, w, channels]
 * @throws ShapeError when the image is too small for the poolings.
 */
export function plainTrunkTaps(layers: readonly PlainLayer[], parameters: PlainTrunkParameters, x: tf.Tensor): readonly tf.Tensor4D[] {
  bindAxes('plainTrunkTaps', { x }, { x: 'batch height width 3' });
  let features = x as tf.Tensor4D;
  const taps: tf.Tensor4D[] = [];
  for (const { index, kernel, stride, padding, pool, tap } of layers) {
    if (pool !== undefined) {
      checkSize(features, pool);
      features = tf.maxPool(features, pool, 2, 'valid');
    }
    checkSize(features, kernel - 2 * padding);
    features = activeConv2d(parameters[`conv${index}`] as ConvolutionParameters, features, { stride, padding });
    if (tap) taps.push(features);
  }
  return taps;
}
