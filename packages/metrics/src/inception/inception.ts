/**
 * The features that the Frechet inception distance compares: Inception v3 as pytorch-fid has it (the TensorFlow weights of
 * 2015-12-05), 2048 numbers of its last pooling. Images are resized to 299 pixels, bilinear, pixel centres at halves, without
 * antialiasing. Batch normalisations, epsilon 1e-3, are folded when the weights are loaded.
 */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormSpec, foldNorms, foldedParameters, kernelSpec } from '@mfim/nn';
import type { ConvolutionParameters, WeightState } from '@mfim/nn';
import { bindAxes } from '@mfim/tensor-contracts';
import { INCEPTION_BLOCKS, INCEPTION_STEM } from './inception-layers.ts';
import type { InceptionConvolution, InceptionPooling, InceptionStep } from './inception-layers.ts';

const SIDE = 299;
const EPSILON = 1e-3;
const WINDOW = 3;

type NormedSpec = { readonly kernel: ReturnType<typeof kernelSpec>; readonly norm: ReturnType<typeof batchNormSpec> };

/** Convolutions of each block, the stem's under `stem`. */
export type InceptionParameters = { readonly [block: string]: { readonly [convolution: string]: ConvolutionParameters } };

interface Grown {
  readonly specs: Readonly<Record<string, NormedSpec>>;
  readonly channels: number;
}

/** Adds the convolutions of a chain of steps and follows its channels. */
function growChain(steps: readonly InceptionStep[], input: number, narrow: (channels: number) => number): Grown {
  const specs: Record<string, NormedSpec> = {};
  let channels = input;
  for (const step of steps) {
    if (typeof step === 'string') continue;
    const beside = 'name' in step ? [step] : step;
    for (const { name, channels: wanted, kernel } of beside) {
      specs[name] = { kernel: kernelSpec(kernel, channels, narrow(wanted)), norm: batchNormSpec(narrow(wanted)) };
    }
    channels = beside.reduce((sum, { channels: wanted }) => sum + narrow(wanted), 0);
  }
  return { specs, channels };
}

/**
 * Specification as the weights are imported.
 *
 * @param divide all channels, for tests
 */
export function inceptionSpec(divide = 1) {
  const narrow = (channels: number): number => Math.max(1, Math.floor(channels / divide));
  const stem = growChain(INCEPTION_STEM, 3, narrow);
  const spec: Record<string, Readonly<Record<string, NormedSpec>>> = { stem: stem.specs };
  let { channels } = stem;
  for (const [block, branches] of Object.entries(INCEPTION_BLOCKS)) {
    const grown = branches.map((steps) => growChain(steps, channels, narrow));
    spec[block] = Object.assign({}, ...grown.map(({ specs }) => specs)) as Readonly<Record<string, NormedSpec>>;
    channels = grown.reduce((sum, branch) => sum + branch.channels, 0);
  }
  return spec;
}

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function inceptionParameters(state: WeightState, divide = 1): InceptionParameters {
  return foldedParameters(inceptionSpec(divide), state, (imported) => foldNorms(imported, EPSILON) as InceptionParameters);
}

type BlockParameters = InceptionParameters[string];

/** An uneven padding (1x7) is 'same' to TensorFlow, too: kernels are odd and the stride is 1. */
function convolve({ kernel, bias }: ConvolutionParameters, x: tf.Tensor4D, { stride, valid }: InceptionConvolution): tf.Tensor4D {
  const padding = stride === 2 || valid === true ? 'valid' : 'same';
  return tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(x, kernel, stride ?? 1, padding), bias));
}

const POOLINGS: Readonly<Record<InceptionPooling, (x: tf.Tensor4D) => tf.Tensor4D>> = {
  average: (x) => tf.avgPool(x, WINDOW, 1, 'same'),
  maximum: (x) => tf.maxPool(x, WINDOW, 1, 'same'),
  halve: (x) => tf.maxPool(x, WINDOW, 2, 'valid'),
};

function runStep(parameters: BlockParameters, x: tf.Tensor4D, step: InceptionStep): tf.Tensor4D {
  if (typeof step === 'string') return POOLINGS[step](x);
  if ('name' in step) return convolve(parameters[step.name] as ConvolutionParameters, x, step);
  return tf.concat(step.map((part) => runStep(parameters, x, part)), 3);
}

function runChain(parameters: BlockParameters, x: tf.Tensor4D, steps: readonly InceptionStep[]): tf.Tensor4D {
  return steps.reduce((features, step) => runStep(parameters, features, step), x);
}

/**
 * Features of images.
 *
 * @param image [batch, height, width, 3], RGB in [-1, 1], any size
 * @returns [batch, 2048]
 */
export function inception(parameters: InceptionParameters, image: tf.Tensor): tf.Tensor2D {
  bindAxes('inception', { image }, { image: 'batch height width 3' });
  let x = tf.image.resizeBilinear(image as tf.Tensor4D, [SIDE, SIDE], false, true);
  x = runChain(parameters['stem'] as BlockParameters, x, INCEPTION_STEM);
  for (const [block, branches] of Object.entries(INCEPTION_BLOCKS)) {
    x = tf.concat(branches.map((steps) => runChain(parameters[block] as BlockParameters, x, steps)), 3);
  }
  return tf.mean(x, [1, 2]);
}
