/** L_pose: the swapped face should have the target's pose coefficients. */
import type * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor, Loss } from '@mfim/tensor-contracts';
import { coefficientDistance } from './coefficient-distance.ts';
import type { CoefficientWeights } from './coefficient-distance.ts';

/**
 * L2 norm between the pose coefficients of swapped and target. `threeDimensionalLosses` shares the regressions.
 *
 * @param weights one for each pose coefficient; all 1 when left out
 */
export function poseLoss(regressor: CoefficientRegressor<tf.Tensor>, weights?: CoefficientWeights): Loss<tf.Tensor> {
  return {
    name: 'pose',
    evaluate: ({ swapped, target }) =>
      coefficientDistance(regressor.regress(swapped).pose, regressor.regress(target).pose, weights),
  };
}
