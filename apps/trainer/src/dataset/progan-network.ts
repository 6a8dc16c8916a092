/**
 * Google's ProGAN-128 (TF-Hub `progan-128`, Karras et al. 2018 without toRGB blending) as a function over tfjs tensors:
 * z[512] -> pixel norm -> 4x4 convolution -> five doublings, each (nearest upsampling, 3x3, 3x3) -> 1x1 to RGB.
 * Every convolution is followed by bias, leaky ReLU and pixel norm.
 * Departures: nearest upsampling and the 3x3 after it are merged (`merged-upsampling.ts`); `0.5 + 0.5 * (raw - 0.5)`
 * before the clip, since the published clip saturates.
 */
import * as tf from '@tensorflow/tfjs-core';
import { upsampleConv } from './merged-upsampling.ts';

/** A convolution: kernel `[height, width, in, out]` and bias `[out]`. */
export interface ProganConv {
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** One doubling: the four 2x2 kernels of the merged upsampling convolution, then a plain 3x3. */
export interface ProganBlock {
  /** Kernels `[2, 2, in, out]` of the output pixels (even, even), (even, odd), (odd, even), (odd, odd) as (row, column). */
  readonly upsampling: readonly tf.Tensor4D[];
  readonly upsamplingBias: tf.Tensor1D;
  readonly conv: ProganConv;
}

/** Everything ProGAN-128 has learnt. */
export interface ProganParameters {
  /** `[4, 4, 512, 512]`: the latent becomes a 4x4 map. */
  readonly first: ProganConv;
  readonly second: ProganConv;
  readonly blocks: readonly ProganBlock[];
  readonly toRgb: ProganConv;
}

/** Side of the generated images in pixels. */
export const PROGAN_SIZE = 128;
/** Length of the latent. */
export const PROGAN_LATENT = 512;

const NEGATIVE_SLOPE = 0.2;
const PIXEL_NORM_EPSILON = 1e-8;
const FIRST_PADDING = 3;

/**
 * @param parameters - see `loadProgan`
 * @param latents - `[N, 512]`, each number from N(0, 1)
 * @returns images `[N, 128, 128, 3]`, RGB in [0, 1]
 */
export function generateProgan(parameters: ProganParameters, latents: tf.Tensor2D): tf.Tensor4D {
  return tf.tidy(() => {
    const pixels = pixelNorm(tf.reshape(latents, [-1, 1, 1, PROGAN_LATENT]) as tf.Tensor4D);
    const padding: [number, number] = [FIRST_PADDING, FIRST_PADDING];
    const padded = tf.pad(pixels, [[0, 0], padding, padding, [0, 0]]);
    let features = activate(tf.conv2d(padded, parameters.first.kernel, 1, 'valid'), parameters.first.bias);
    features = activate(tf.conv2d(features, parameters.second.kernel, 1, 'same'), parameters.second.bias);
    for (const block of parameters.blocks) {
      features = tf.tidy(() => {
        const doubled = activate(upsampleConv(features, block.upsampling), block.upsamplingBias);
        return activate(tf.conv2d(doubled, block.conv.kernel, 1, 'same'), block.conv.bias);
      });
    }
    const raw = tf.add(tf.conv2d(features, parameters.toRgb.kernel, 1, 'same'), parameters.toRgb.bias);
    return tf.clipByValue(tf.add(tf.mul(raw, 0.5), 0.25), 0, 1) as tf.Tensor4D;
  });
}

function activate(features: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  return tf.tidy(() => pixelNorm(tf.leakyRelu(tf.add(features, bias), NEGATIVE_SLOPE) as tf.Tensor4D));
}

/** Each pixel's feature vector divided by its root mean square. */
function pixelNorm(features: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const meanSquare = tf.mean(tf.square(features), 3, true);
    return tf.mul(features, tf.rsqrt(tf.add(meanSquare, PIXEL_NORM_EPSILON)));
  });
}
