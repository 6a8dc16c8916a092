/** How ArcFace-trained networks end: a normalised map, one linear layer, a normalised vector, of length 1. */
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm, batchNormSpec } from '../batch-norm.ts';
import { constantSpec, normalSpec } from '../parameters.ts';
import type { ParametersOf } from '../parameters.ts';

/** Matrix [pixels * channels, embedding], with a normalisation on either side. */
export function identityHeadSpec(pixels: number, channels: number, embedding: number) {
  return {
    before: batchNormSpec(channels),
    matrix: normalSpec([pixels * channels, embedding], Math.sqrt(1 / (pixels * channels))),
    bias: constantSpec([embedding], 0),
    after: batchNormSpec(embedding),
  };
}

/** Tensors of `identityHeadSpec`. */
export type IdentityHeadParameters = ParametersOf<ReturnType<typeof identityHeadSpec>>;

/** x [batch, height, width, channels] to unit vectors [batch, embedding]. */
export function identityHead({ before, matrix, bias, after }: IdentityHeadParameters, x: tf.Tensor): tf.Tensor2D {
  const flat = tf.reshape(batchNorm(before, x), [x.shape[0] as number, matrix.shape[0] as number]);
  const embedding = batchNorm(after, tf.add(tf.matMul(flat, matrix as tf.Tensor2D), bias));
  return tf.mul<tf.Tensor2D>(embedding, tf.rsqrt(tf.sum(tf.square(embedding), -1, true)));
}
