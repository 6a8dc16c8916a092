/**
 * 3DDFA_V2's regressor (Guo et al. 2020, "Towards Fast, Accurate and Stable 3D Dense Face Alignment"):
 * MobileNet-V1 on a 120-pixel face, then one linear layer to 62 numbers = 12 pose (a 3x4 matrix of
 * scaled rotation and translation) + 40 shape + 10 expression, each normalised by the mean and
 * deviation of its training set. Losses compare the normalised numbers, so no axis outweighs another.
 *
 * Departure: the input is RGB in [-1, 1]; BGR and (x - 127.5) / 128 are applied inside. The landmark head of
 * the published file is in `three-ddfa-landmarks.ts`. Batch normalisation in evaluation mode only.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeConv2d, batchNormSpec, biasedRelu, constantSpec, foldBatchNorm, heConvSpec, normalSpec } from '@mfim/nn';
import type { BatchNormParameters, ConvolutionParameters, ParameterSpec } from '@mfim/nn';
import { bindAxes } from '@mfim/tensor-contracts';
import type { FaceCoefficients } from '@mfim/tensor-contracts';

/** Side of the face that the network reads, in pixels. */
export const COEFFICIENT_INPUT_SIZE = 120;

/** How many numbers each part has, in the network's order. */
export const COEFFICIENT_WIDTHS = { pose: 12, shape: 40, expression: 10 } as const;

/** The width multiplier of the published `mb05_120x120.pth`; `mb1_120x120.pth` has 1. */
export const MB05_WIDTH = 0.5;

/** Depthwise-separable blocks: channels at multiplier 1, stride of the depthwise convolution. */
const BLOCKS = [
  ['dw2_1', 64, 1],
  ['dw2_2', 128, 2],
  ['dw3_1', 128, 1],
  ['dw3_2', 256, 2],
  ['dw4_1', 256, 1],
  ['dw4_2', 512, 2],
  ['dw5_1', 512, 1],
  ['dw5_2', 512, 1],
  ['dw5_3', 512, 1],
  ['dw5_4', 512, 1],
  ['dw5_5', 512, 1],
  ['dw5_6', 1024, 2],
  ['dw6', 1024, 1],
] as const;
const STEM_CHANNELS = 32;
const BYTE_CENTRE = 127.5;
const INPUT_DIVISOR = 128;

interface BlockSpec {
  readonly [name: string]: ParameterSpec | ReturnType<typeof batchNormSpec>;
  readonly depthwise: ParameterSpec;
  readonly depthwiseNorm: ReturnType<typeof batchNormSpec>;
  readonly pointwise: ParameterSpec;
  readonly pointwiseNorm: ReturnType<typeof batchNormSpec>;
}

function blockSpec(input: number, output: number): BlockSpec {
  return {
    depthwise: normalSpec([3, 3, input, 1], Math.sqrt(2 / 9)),
    depthwiseNorm: batchNormSpec(input),
    pointwise: heConvSpec(1, input, output),
    pointwiseNorm: batchNormSpec(output),
  };
}

/**
 * Specification of the network.
 *
 * @param width multiplier of all channel counts; 32 times it must be a whole number
 */
export function coefficientNetworkSpec(width: number = MB05_WIDTH) {
  const blocks: Record<string, BlockSpec> = {};
  let channels = STEM_CHANNELS * width;
  const stem = { conv: heConvSpec(3, 3, channels), norm: batchNormSpec(channels) };
  for (const [name, full] of BLOCKS) {
    blocks[name] = blockSpec(channels, full * width);
    channels = full * width;
  }
  const outputs = COEFFICIENT_WIDTHS.pose + COEFFICIENT_WIDTHS.shape + COEFFICIENT_WIDTHS.expression;
  const head = { weight: normalSpec([channels, outputs], Math.sqrt(1 / channels)), bias: constantSpec([outputs], 0) };
  return { stem, blocks, head };
}

/** One depthwise-separable block. */
export interface SeparableBlockParameters {
  readonly depthwise: tf.Tensor;
  readonly depthwiseNorm: BatchNormParameters;
  readonly pointwise: tf.Tensor;
  readonly pointwiseNorm: BatchNormParameters;
}

/** Tensors of `coefficientNetworkSpec`. */
export interface CoefficientNetworkParameters {
  readonly stem: { readonly conv: tf.Tensor; readonly norm: BatchNormParameters };
  /** `dw2_1` .. `dw6` */
  readonly blocks: { readonly [name: string]: SeparableBlockParameters };
  readonly head: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
}

/** The network with its normalisations folded into its convolutions. */
export interface FoldedCoefficientNetwork {
  readonly stem: ConvolutionParameters;
  readonly blocks: { readonly [name: string]: { readonly depthwise: ConvolutionParameters; readonly pointwise: ConvolutionParameters } };
  readonly head: CoefficientNetworkParameters['head'];
}

/** Folds what does not depend on the face. Tensors made anew belong to the open scope. */
export function foldCoefficientNetwork({ stem, blocks, head }: CoefficientNetworkParameters): FoldedCoefficientNetwork {
  const foldedBlocks = Object.entries(blocks).map(([name, block]) => {
    const folded = { depthwise: foldBatchNorm(block.depthwiseNorm, block.depthwise), pointwise: foldBatchNorm(block.pointwiseNorm, block.pointwise) };
    return [name, folded] as const;
  });
  return { stem: foldBatchNorm(stem.norm, stem.conv), blocks: Object.fromEntries(foldedBlocks), head };
}

/** 3x3, one kernel a channel, one pixel of zeros on every side. */
export function depthwise(x: tf.Tensor, kernel: tf.Tensor, stride: number): tf.Tensor {
  const around: [number, number] = [1, 1];
  return tf.depthwiseConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, stride, [[0, 0], around, around, [0, 0]]);
}

function separableBlock(block: FoldedCoefficientNetwork['blocks'][string], x: tf.Tensor, stride: number): tf.Tensor {
  const filtered = biasedRelu(depthwise(x, block.depthwise.kernel, stride), block.depthwise.bias);
  return activeConv2d(block.pointwise, filtered);
}

/**
 * What the network's linear heads read.
 *
 * @param face as for `coefficientNetwork`
 * @returns [batch, features]
 * @throws ShapeError when the face has another size.
 */
export function coefficientFeatures({ stem, blocks }: Omit<FoldedCoefficientNetwork, 'head'>, face: tf.Tensor): tf.Tensor2D {
  bindAxes('coefficientNetwork', { face }, { face: `batch ${COEFFICIENT_INPUT_SIZE} ${COEFFICIENT_INPUT_SIZE} 3` });
  const bgr = tf.mul(tf.reverse(face, -1), BYTE_CENTRE / INPUT_DIVISOR);
  let x: tf.Tensor = activeConv2d(stem, bgr, { stride: 2, padding: 1 });
  for (const [name, , stride] of BLOCKS) x = separableBlock(blocks[name] as FoldedCoefficientNetwork['blocks'][string], x, stride);
  return tf.mean(x, [1, 2]) as tf.Tensor2D;
}

/**
 * Normalised 3DMM coefficients of faces; differentiable with respect to the face.
 *
 * @param network of `foldCoefficientNetwork`
 * @param face [batch, 120, 120, 3], RGB in [-1, 1], in the framing of 3DDFA (`threeDdfaCrop`)
 * @returns shape [batch, 40], pose [batch, 12], expression [batch, 10]
 * @throws ShapeError when the face has another size.
 */
export function coefficientNetwork({ head, ...trunk }: FoldedCoefficientNetwork, face: tf.Tensor): FaceCoefficients<tf.Tensor> {
  const numbers = tf.add(tf.matMul(coefficientFeatures(trunk, face), head.weight as tf.Tensor2D), head.bias);
  const { pose, shape, expression } = COEFFICIENT_WIDTHS;
  const parts = tf.split(numbers, [pose, shape, expression], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { pose: parts[0], shape: parts[1], expression: parts[2] };
}
