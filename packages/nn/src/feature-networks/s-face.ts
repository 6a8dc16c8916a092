/**
 * SFace (Zhong et al. 2021) as OpenCV's model zoo has it: a MobileNet of depthwise-separable blocks with PReLU, whose convolutions
 * are normalised with an epsilon of 1e-3, and a linear layer between two normalisations of 2e-5. The input's shift and factor are
 * part of its file. Evaluation mode only; convolutions are folded when the weights are loaded.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import type { BatchNormParameters } from '../batch-norm.ts';
import { constantSpec } from '../parameters.ts';
import { preluSpec } from '../residual-unit.ts';
import { biasedConv2d } from './biased-conv.ts';
import { foldNorms, foldedParameters, kernelSpec, normedConvSpec } from './folded-norms.ts';
import { identityHead, identityHeadSpec } from './identity-head.ts';
import type { IdentityHeadParameters } from './identity-head.ts';
import type { ConvolutionParameters, WeightState } from './weight-state.ts';

/** Channels and stride of the blocks. */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;
const STEM = 32;
const EMBEDDING = 128;
const SIDE = 112;
/** Pixels of the last map: 112 / 16 squared. */
const POSITIONS = 49;
const CONVOLUTION_EPSILON = 1e-3;
const HEAD_EPSILON = 2e-5;
/** What `batchNorm` adds itself. */
const OWN_EPSILON = 1e-5;
const HALF_BYTES = 127.5;

/** A convolution and the slopes of its PReLU. */
type ActivatedConvolution = ConvolutionParameters & { readonly slope: tf.Tensor };

/** What `sFace` reads. */
export type SFaceParameters = {
  /** Of an image in 0..255, each [1]. */
  readonly input: { readonly shift: tf.Tensor; readonly scale: tf.Tensor };
  readonly stem: ActivatedConvolution;
  /** `block0` .. `block12` */
  readonly blocks: { readonly [name: string]: { readonly depthwise: ActivatedConvolution; readonly pointwise: ActivatedConvolution } };
  readonly head: IdentityHeadParameters;
};

function blockSpec(input: number, output: number) {
  return {
    depthwise: { ...normedConvSpec(3, 1, input), kernel: kernelSpec([3, 3], input, 1), slope: preluSpec(input) },
    pointwise: { ...normedConvSpec(1, input, output), slope: preluSpec(output) },
  };
}

/** Specification as the weights are imported. */
export function sFaceSpec() {
  const blocks = BLOCKS.map(([channels], index) => [`block${index}`, blockSpec(BLOCKS[index - 1]?.[0] ?? STEM, channels)] as const);
  return {
    input: { shift: constantSpec([1], HALF_BYTES), scale: constantSpec([1], 1 / HALF_BYTES) },
    stem: { ...normedConvSpec(3, 3, STEM), slope: preluSpec(STEM) },
    blocks: Object.fromEntries(blocks),
    head: identityHeadSpec(POSITIONS, BLOCKS.at(-1)?.[0] ?? STEM, EMBEDDING),
  };
}

/** The same normalisation for `batchNorm`, which adds less to the variance. */
function withHeadEpsilon(norm: BatchNormParameters): BatchNormParameters {
  return { ...norm, variance: tf.add(norm.variance, HEAD_EPSILON - OWN_EPSILON) };
}

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function sFaceParameters(state: WeightState): SFaceParameters {
  return foldedParameters(sFaceSpec(), state, ({ head, input, ...convolutions }) => ({
    ...foldNorms(convolutions, CONVOLUTION_EPSILON),
    input,
    head: { ...head, before: withHeadEpsilon(head.before), after: withHeadEpsilon(head.after) },
  })) as SFaceParameters;
}

/** 3x3, one kernel a channel, one pixel of zeros on every side. */
function depthwise({ kernel, bias }: ConvolutionParameters, x: tf.Tensor, stride: 1 | 2): tf.Tensor4D {
  const padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D;
  return tf.add(tf.depthwiseConv2d(padded, kernel, stride, 'valid'), bias);
}

/**
 * Identity embeddings of aligned faces; differentiable with respect to the image.
 *
 * @param image [batch, 112, 112, 3], RGB in [-1, 1], aligned to the ArcFace template
 * @returns [batch, 128], unit vectors
 * @throws ShapeError when the image has another size.
 */
export function sFace({ input, stem, blocks, head }: SFaceParameters, image: tf.Tensor): tf.Tensor2D {
  bindAxes('sFace', { image }, { image: `batch ${SIDE} ${SIDE} 3` });
  const bytes = tf.mul(tf.add(image, 1), HALF_BYTES);
  const centred = tf.mul(tf.sub(bytes, input.shift), input.scale);
  let x: tf.Tensor = tf.prelu(biasedConv2d(stem, centred, { padding: 1 }), stem.slope);
  for (const [index, [, stride]] of BLOCKS.entries()) {
    const block = blocks[`block${index}`] as SFaceParameters['blocks'][string];
    const filtered = tf.prelu(depthwise(block.depthwise, x, stride), block.depthwise.slope);
    x = tf.prelu(biasedConv2d(block.pointwise, filtered), block.pointwise.slope);
  }
  return identityHead(head, x);
}
