/**
 * Batch normalisation with stored statistics, as y = x * scale + offset. The statistics of an
 * imported checkpoint stay as they are; a network that starts from scratch has mean 0 and
 * variance 1, which leaves a trainable scale and offset per channel (our choice: small batches).
 */
import * as tf from '@tensorflow/tfjs-core';
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

/** Normalises the last axis of x. */
export function batchNorm({ scale, offset, mean, variance }: BatchNormParameters, x: tf.Tensor): tf.Tensor {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(x, factor), tf.sub(offset, tf.mul(mean, factor)));
}
