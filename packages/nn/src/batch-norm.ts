/**
 * Batch normalisation with stored statistics, as y = x * scale + offset. The statistics of an
 * imported checkpoint stay as they are; a network that starts from scratch has mean 0 and variance 1
 * until `observeBatchNorms` measured them on data, and trains scale and offset (our choice: small
 * batches).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ConvolutionParameters } from './feature-networks/weight-state.ts';
import { bufferOf, constantSpec } from './parameters.ts';
import type { ParametersOf } from './parameters.ts';

const EPSILON = 1e-5;

/** scale and offset are trained, mean and variance stored; each [channels]. */
export function batchNormSpec(channels: number, scaleStart = 1) {
  return {
    scale: constantSpec([channels], scaleStart),
    offset: constantSpec([channels], 0),
    mean: bufferOf(constantSpec([channels], 0)),
    variance: bufferOf(constantSpec([channels], 1)),
  };
}

/** Tensors of `batchNormSpec`. */
export type BatchNormParameters = ParametersOf<ReturnType<typeof batchNormSpec>>;

/** Mean and variance of each channel, [channels]. */
export interface BatchStatistics {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

type Observer = (parameters: BatchNormParameters, statistics: BatchStatistics) => void;

let observer: Observer | undefined;

/**
 * Runs a network in which every batch normalisation uses, and reports, the statistics of its own input
 * instead of the stored ones: data-dependent initialisation (Kraehenbuehl et al. 2016). The tensors
 * reported are kept (`tf.keep`): the caller disposes them.
 *
 * @param run the forward pass; synchronous
 */
export function observeBatchNorms<Result>(report: Observer, run: () => Result): Result {
  const outer = observer;
  observer = report;
  try {
    return run();
  } finally {
    observer = outer;
  }
}

/** Statistics over all axes but the last. */
function statisticsOf(x: tf.Tensor): BatchStatistics {
  const { mean, variance } = tf.moments(x, x.shape.map((_, axis) => axis).slice(0, -1));
  return { mean, variance };
}

/** y = x * factor + shift, each [channels]. */
function affineOf({ scale, offset }: BatchNormParameters, { mean, variance }: BatchStatistics, epsilon = EPSILON): { readonly factor: tf.Tensor; readonly shift: tf.Tensor1D } {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
  return { factor, shift: tf.sub(offset, tf.mul(mean, factor)) };
}

/** Normalises the last axis of x. */
export function batchNorm(parameters: BatchNormParameters, x: tf.Tensor): tf.Tensor {
  const statistics = observer === undefined ? parameters : statisticsOf(x);
  observer?.(parameters, { mean: tf.keep(statistics.mean), variance: tf.keep(statistics.variance) });
  const { factor, shift } = affineOf(parameters, statistics);
  return tf.add(tf.mul(x, factor), shift);
}

/**
 * A convolution that ends in a normalisation, as one with a bias.
 *
 * @param weight [k, k, in, out], or [k, k, channels, 1] of a depthwise convolution
 * @param epsilon of the normalisation, where it is not PyTorch's 1e-5
 */
export function foldBatchNorm(parameters: BatchNormParameters, weight: tf.Tensor, epsilon?: number): ConvolutionParameters {
  const { factor, shift } = affineOf(parameters, parameters, epsilon);
  const isDepthwise = weight.shape[3] === 1 && weight.shape[2] === factor.shape[0];
  return { kernel: tf.mul(weight, isDepthwise ? tf.expandDims(factor, 1) : factor), bias: shift };
}

/**
 * Normalises the results of a convolution. With stored statistics its weight is scaled in the place of an image.
 *
 * @param weight [k, k, in, out]
 * @param convolve the convolution with that weight
 */
export function convBatchNorm(parameters: BatchNormParameters, weight: tf.Tensor, convolve: (weight: tf.Tensor) => tf.Tensor): tf.Tensor {
  if (observer !== undefined) return batchNorm(parameters, convolve(weight));
  const { kernel, bias } = foldBatchNorm(parameters, weight);
  return tf.add(convolve(kernel), bias);
}
