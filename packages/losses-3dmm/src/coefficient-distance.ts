/**
 * Plain L2 norm of a difference of 3DMM coefficients, averaged over the batch:
 * mean over the batch of sqrt(sum over i of w_i (a_i - b_i)^2), w_i = 1 unless given. The root is taken as
 * sqrt(s + e^2) - e with e = 1e-6, so that equal coefficients give 0 with a gradient of 0 instead of NaN.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError, bindAxes } from '@mfim/tensor-contracts';

/** How much each coefficient counts: one number of 0 or more for each, on the squared difference. */
export type CoefficientWeights = readonly number[];

const EPSILON = 1e-6;

function weighted(squares: tf.Tensor, weights: CoefficientWeights): tf.Tensor {
  const width = squares.shape[1] as number;
  if (weights.length === width && weights.every((weight) => weight >= 0 && weight < Infinity)) {
    return tf.mul(squares, tf.tensor1d(weights as number[]));
  }
  throw new InputError({
    where: 'coefficientDistance weights',
    expected: `${width} numbers of 0 or more`,
    got: weights.length === width ? weights.join(', ') : `${weights.length} numbers`,
    remedy: 'give one weight for each coefficient, or none',
  });
}

/**
 * @param first [batch, width]
 * @param second the same shape
 * @param weights one for each of the `width` coefficients; all 1 when left out
 * @returns a scalar, 0 or more
 * @throws ShapeError when the shapes differ; InputError for weights of another number, negative or not finite.
 */
export function coefficientDistance(first: tf.Tensor, second: tf.Tensor, weights?: CoefficientWeights): tf.Scalar {
  bindAxes('coefficientDistance', { first, second }, { first: 'batch width', second: 'batch width' });
  const differences = tf.squaredDifference(first, second);
  const squares = tf.sum(weights === undefined ? differences : weighted(differences, weights), -1);
  return tf.mean(tf.sub(tf.sqrt(tf.add(squares, EPSILON * EPSILON)), EPSILON));
}
