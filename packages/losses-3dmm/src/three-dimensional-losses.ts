/**
 * L_shape, L_pose and L_exp from one regression of each image, where the three losses on their own
 * would regress the swapped image three times.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor, LossInputs } from '@mfim/tensor-contracts';
import { coefficientDistance } from './coefficient-distance.ts';

/** The three terms, each a scalar of 0 or more. */
export interface ThreeDimensionalLosses {
  readonly shape: tf.Scalar;
  readonly pose: tf.Scalar;
  readonly expression: tf.Scalar;
}

/** Shape compared with the source; pose and expression with the target. */
export function threeDimensionalLosses(
  regressor: CoefficientRegressor<tf.Tensor>,
  { swapped, source, target }: LossInputs<tf.Tensor>,
): ThreeDimensionalLosses {
  const drawn = regressor.regress(swapped);
  const wanted = regressor.regress(target);
  return {
    shape: coefficientDistance(drawn.shape, regressor.regress(source).shape),
    pose: coefficientDistance(drawn.pose, wanted.pose),
    expression: coefficientDistance(drawn.expression, wanted.expression),
  };
}
