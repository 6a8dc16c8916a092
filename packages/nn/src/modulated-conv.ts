/**
 * Modulated convolution (StyleGAN2, Karras et al. 2020, section 2.2) in its unfused form: scale the
 * activations by the style, convolve with the shared weight, scale the result by the demodulation
 * `d_o = rsqrt(sum_{i,k} (gain * W * s)^2 + 1e-8)`. The weight stays a constant of an exported graph.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { equalizedGain } from './equalized-conv.ts';
import { blur } from './fir.ts';

const DEMODULATION_EPSILON = 1e-8;

/** Inputs of a modulated convolution. */
export interface ModulatedInputs {
  /** [batch, height, width, in] */
  readonly x: tf.Tensor;
  /** [k, k, in, out] */
  readonly weight: tf.Tensor;
  /** [batch, in] */
  readonly style: tf.Tensor;
}

/** `up` doubles the size: transposed convolution with stride 2, then the FIR filter with gain 4. */
export interface ModulatedOptions {
  readonly demodulate: boolean;
  readonly up: boolean;
}

/** [batch, 1, 1, channels] from [batch, channels]. */
function overPixels(rows: tf.Tensor): tf.Tensor {
  return tf.expandDims(tf.expandDims(rows, 1), 1);
}

function demodulation(weight: tf.Tensor, style: tf.Tensor): tf.Tensor {
  const energy = tf.sum(tf.square(weight), [0, 1]);
  const sums = tf.matMul(tf.square(style) as tf.Tensor2D, energy as tf.Tensor2D);
  return tf.rsqrt(tf.add(sums, DEMODULATION_EPSILON));
}

function convolveUp(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const [batch, height, width] = x.shape as [number, number, number, number];
  const output = weight.shape[3] as number;
  const doubled = tf.conv2dTranspose(
    x as tf.Tensor4D,
    tf.transpose(weight as tf.Tensor4D, [0, 1, 3, 2]),
    [batch, height * 2 + 1, width * 2 + 1, output],
    2,
    'valid',
  );
  return blur(doubled, { padding: [1, 1], gain: 4 });
}

/**
 * @returns [batch, height, width, out], or twice the size with `up`
 * @throws ShapeError when the axes of x, weight and style do not fit each other
 */
export function modulatedConv2d({ x, weight, style }: ModulatedInputs, { demodulate, up }: ModulatedOptions): tf.Tensor {
  bindAxes('modulatedConv2d', { x, weight, style }, { x: 'batch height width in', weight: 'k k in out', style: 'batch in' });
  const scaled = tf.mul(weight, equalizedGain(weight));
  const modulated = tf.mul(x, overPixels(style));
  const convolved = up
    ? convolveUp(modulated, scaled)
    : tf.conv2d(modulated as tf.Tensor4D, scaled as tf.Tensor4D, 1, 'same');
  return demodulate ? tf.mul(convolved, overPixels(demodulation(scaled, style))) : convolved;
}
