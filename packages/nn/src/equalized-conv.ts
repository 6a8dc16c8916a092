/** Convolution with an equalised learning rate: run-time weight = `stored / sqrt(in * k * k)`. */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { normalSpec } from './parameters.ts';
import type { ParameterSpec } from './parameters.ts';
import { paddedConv2d } from './padded-conv.ts';
import type { ConvMove } from './padded-conv.ts';

/** Sizes of a convolution. */
export interface ConvSize {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
}

/** Weight [k, k, in, out], N(0, 1). */
export function convWeightSpec({ input, output, kernel }: ConvSize): ParameterSpec {
  return normalSpec([kernel, kernel, input, output]);
}

/** `1 / sqrt(in * k * k)` of a weight [k, k, in, out]. */
export function equalizedGain(weight: tf.Tensor): number {
  const [height, width, input] = weight.shape as [number, number, number, number];
  return 1 / Math.sqrt(height * width * input);
}

/** How an equalised convolution moves, and what its result is multiplied by (default 1). */
export interface EqualizedMove extends ConvMove {
  readonly gain?: number;
}

/**
 * @param weight [k, k, in, out]
 * @param x [batch, height, width, in]
 * @returns [batch, height', width', out]
 */
export function equalizedConv2d(weight: tf.Tensor, x: tf.Tensor, { gain = 1, ...move }: EqualizedMove = {}): tf.Tensor {
  bindAxes('equalizedConv2d', { weight, x }, { weight: 'k k in out', x: 'batch height width in' });
  return paddedConv2d(x, tf.mul(weight, equalizedGain(weight) * gain), move);
}
