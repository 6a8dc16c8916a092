/**
 * The IR-SE unit of ArcFace's backbone (pSp: bottleneck_IR_SE): BN -> conv 3x3 -> PReLU -> conv 3x3
 * with stride -> BN -> squeeze-excite, plus a shortcut (every stride-th pixel when the width stays,
 * else conv 1x1 with stride and BN). No activation after the sum.
 *
 * From scratch the last BN of the residual branch starts at `residualStart` (our choice: 0.2), since
 * stored statistics do not normalise it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { batchNorm, batchNormSpec, convBatchNorm } from './batch-norm.ts';
import type { BatchNormParameters } from './batch-norm.ts';
import { paddedConv2d } from './padded-conv.ts';
import { constantSpec, normalSpec } from './parameters.ts';
import type { ParameterSpec } from './parameters.ts';
import { squeezeExcite, squeezeExciteSpec } from './squeeze-excite.ts';
import type { SqueezeExciteParameters } from './squeeze-excite.ts';

/** Sizes of one unit. */
export interface ResidualUnitSize {
  readonly input: number;
  readonly output: number;
  readonly stride: 1 | 2;
  readonly residualStart?: number;
}

const RESIDUAL_START = 0.2;
const PRELU_START = 0.25;

/** He-initialised [k, k, in, out]. */
export function heConvSpec(kernel: number, input: number, output: number): ParameterSpec {
  return normalSpec([kernel, kernel, input, output], Math.sqrt(2 / (kernel * kernel * input)));
}

/** The per-channel slopes of a PReLU. */
export function preluSpec(channels: number): ParameterSpec {
  return constantSpec([channels], PRELU_START);
}

/** Tensors of one unit; `shortcut` is present when the width changes. */
export interface ResidualUnitParameters {
  readonly norm0: BatchNormParameters;
  readonly conv0: tf.Tensor;
  readonly slope: tf.Tensor;
  readonly conv1: tf.Tensor;
  readonly norm1: BatchNormParameters;
  readonly gate: SqueezeExciteParameters;
  readonly shortcut?: { readonly conv: tf.Tensor; readonly norm: BatchNormParameters };
}

/** Specification of one unit. */
export function residualUnitSpec({ input, output, residualStart = RESIDUAL_START }: ResidualUnitSize) {
  const body = {
    norm0: batchNormSpec(input),
    conv0: heConvSpec(3, input, output),
    slope: preluSpec(output),
    conv1: heConvSpec(3, output, output),
    norm1: batchNormSpec(output, residualStart),
    gate: squeezeExciteSpec(output),
  };
  if (input === output) return body;
  return { ...body, shortcut: { conv: heConvSpec(1, input, output), norm: batchNormSpec(output) } };
}

/** conv 3x3 with PyTorch's padding of 1 on every side. */
export function paddedConv3(x: tf.Tensor, weight: tf.Tensor, stride: 1 | 2): tf.Tensor {
  return paddedConv2d(x, weight, { stride, padding: 1 });
}

function everyOther(x: tf.Tensor, stride: 1 | 2): tf.Tensor {
  return stride === 1 ? x : tf.maxPool(x as tf.Tensor4D, 1, 2, 'valid');
}

/**
 * @param x [batch, height, width, input]
 * @returns [batch, height / stride, width / stride, output]
 */
export function residualUnit(parameters: ResidualUnitParameters, x: tf.Tensor, stride: 1 | 2): tf.Tensor {
  bindAxes('residualUnit', { x, conv0: parameters.conv0 }, { x: 'batch height width in', conv0: '3 3 in out' });
  const inner = tf.prelu(paddedConv3(batchNorm(parameters.norm0, x), parameters.conv0, 1), parameters.slope);
  const outer = convBatchNorm(parameters.norm1, parameters.conv1, (weight) => paddedConv3(inner, weight, stride));
  const residual = squeezeExcite(parameters.gate, outer);
  const { shortcut } = parameters;
  if (shortcut === undefined) return tf.add(residual, everyOther(x, stride));
  return tf.add(residual, convBatchNorm(shortcut.norm, shortcut.conv, (weight) => tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, stride, 'valid')));
}
