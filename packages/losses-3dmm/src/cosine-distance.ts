/** 1 - cos of two batches of unit vectors: the distance of identity embeddings. */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/**
 * mean over the batch of 1 - <first, second>.
 *
 * @param first [batch, width], unit vectors
 * @param second the same shape; may be computed once and kept
 * @returns a scalar in [0, 2]
 * @throws ShapeError when the shapes differ.
 */
export function cosineDistance(first: tf.Tensor, second: tf.Tensor): tf.Scalar {
  bindAxes('cosineDistance', { first, second }, { first: 'batch width', second: 'batch width' });
  // (|a|^2 + |b|^2) / 2 - <a, b> = |a - b|^2 / 2: the same for unit vectors, but exactly 0 for equal ones.
  return tf.mean(tf.mul(tf.sum(tf.squaredDifference(first, second), -1), 0.5));
}
