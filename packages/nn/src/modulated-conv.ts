/**
 * Modulated convolution (StyleGAN2, Karras et al. 2020, section 2.2) in its unfused form: scale the
 * activations by the style, convolve with the shared weight, scale the result by the demodulation
 * `d_o = rsqrt(sum_{i,k} (gain * W * s)^2 + 1e-8)`. The weight stays a constant of an exported graph.
 *
 * For one image whose activations outnumber the weights, these can be scaled in their place: nothing then stands between
 * a convolution, its bias and its activation.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, bindAxes } from '@mfim/tensor-contracts';
import { equalizedGain } from './equalized-conv.ts';
import { blur } from './fir.ts';
import { transposedByPhases } from './transposed-by-phases.ts';

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

/** How it is computed. */
export interface ModulatedOptions {
  readonly demodulate: boolean;
  /** Doubles the size: transposed convolution with stride 2, then the FIR filter with gain 4. */
  readonly up: boolean;
  /** Where the style goes; into `weights` for a batch of 1 alone, and (with `up`) without a gradient. Default `activations`. */
  readonly scale?: 'activations' | 'weights';
  /** What the result is multiplied by, through small tensors; default 1. */
  readonly gain?: number;
}

/** [batch, 1, 1, channels] from [batch, channels]. */
function overPixels(rows: tf.Tensor): tf.Tensor {
  return tf.expandDims(tf.expandDims(rows, 1), 1);
}

/** What the results are multiplied by, [batch, out]; none where that is 1. */
function factorsFor({ weight, style }: ModulatedInputs, { demodulate, gain = 1 }: ModulatedOptions): tf.Tensor | undefined {
  if (!demodulate) return undefined;
  const energy = tf.sum(tf.square(weight), [0, 1]);
  const sums = tf.matMul(tf.square(style) as tf.Tensor2D, energy as tf.Tensor2D);
  const factors = tf.rsqrt(tf.add(sums, DEMODULATION_EPSILON));
  return gain === 1 ? factors : tf.mul(factors, gain);
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

/** W * s * d [k, k, in, out] for one image; computed as [out, in, k, k], the order in which ONNX takes weights. */
function modulatedWeight(weight: tf.Tensor, style: tf.Tensor, factors: tf.Tensor | undefined): tf.Tensor {
  const [, , input, output] = weight.shape as [number, number, number, number];
  const modulated = tf.mul(tf.transpose(weight, [3, 2, 0, 1]), tf.reshape(style, [1, input, 1, 1]));
  const whole = factors === undefined ? modulated : tf.mul(modulated, tf.reshape(factors, [output, 1, 1, 1]));
  return tf.transpose(whole, [2, 3, 1, 0]);
}

/** The style goes where there are fewer numbers to multiply; the demodulation into the filter. */
function doubledByWeights({ x, weight, style }: ModulatedInputs, factors: tf.Tensor | undefined): tf.Tensor {
  const phases =
    x.size < weight.size
      ? transposedByPhases(tf.mul(x, overPixels(style)), weight)
      : transposedByPhases(x, weight, (part) => modulatedWeight(part, style, undefined));
  // Its last row and column are zeros, which the filter would otherwise be given as padding.
  return blur(phases, { padding: [1, 0], gain: 4, factors });
}

function byWeights(inputs: ModulatedInputs, options: ModulatedOptions): tf.Tensor {
  const { x, weight, style } = inputs;
  const factors = factorsFor(inputs, options);
  if (options.up) return doubledByWeights(inputs, factors);
  return tf.conv2d(x as tf.Tensor4D, modulatedWeight(weight, style, factors) as tf.Tensor4D, 1, 'same');
}

function byActivations(inputs: ModulatedInputs, options: ModulatedOptions): tf.Tensor {
  const { x, weight, style } = inputs;
  const modulated = tf.mul(x, overPixels(style));
  const convolved = options.up ? convolveUp(modulated, weight) : tf.conv2d(modulated as tf.Tensor4D, weight as tf.Tensor4D, 1, 'same');
  const factors = factorsFor(inputs, options);
  return factors === undefined ? convolved : tf.mul(convolved, overPixels(factors));
}

/**
 * @returns [batch, height, width, out], or twice the size with `up`
 * @throws ShapeError when the axes of x, weight and style do not fit each other, or weights are to be scaled for several images
 */
export function modulatedConv2d(inputs: ModulatedInputs, options: ModulatedOptions): tf.Tensor {
  const { x, weight, style } = inputs;
  const batch = bindAxes('modulatedConv2d', { x, weight, style }, { x: 'batch height width in', weight: 'k k in out', style: 'batch in' }).get('batch');
  // The factors of the demodulation carry the gain where there are any.
  const whole = equalizedGain(weight) * (options.demodulate ? 1 : (options.gain ?? 1));
  const scaled = { x, style, weight: tf.mul(weight, whole) };
  if (options.scale !== 'weights') return byActivations(scaled, options);
  if (batch === 1) return byWeights(scaled, options);
  throw new ShapeError({ where: 'modulatedConv2d', expected: "one image, with scale: 'weights'", got: `a batch of ${batch}`, remedy: "scale 'activations', or draw the images one by one" });
}
