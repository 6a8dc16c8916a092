/**
 * Plain L2 norm of a difference of 3DMM coefficients, averaged over the batch. The root is taken as
 * sqrt(s + e^2) - e with e = 1e-6, so that equal coefficients give 0 with a gradient of 0 instead of NaN.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

const EPSILON = 1e-6;

/**
 * @param first [batch, width]
 * @param second the same shape
 * @returns a scalar, 0 or more
 * @throws ShapeError when the shapes differ.
 */
export function coefficientDistance(first: tf.Tensor, second: tf.Tensor): tf.Scalar {
  bindAxes('coefficientDistance', { first, second }, { first: 'batch width', second: 'batch width' });
  const squares = tf.sum(tf.squaredDifference(first, second), -1);
  return tf.mean(tf.sub(tf.sqrt(tf.add(squares, EPSILON * EPSILON)), EPSILON));
}
