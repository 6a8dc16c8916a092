/** L_exp: the swapped face should have the target's expression coefficients. */
import type * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor, Loss } from '@mfim/tensor-contracts';
import { coefficientDistance } from './coefficient-distance.ts';
import type { CoefficientWeights } from './coefficient-distance.ts';

/**
 * L2 norm between the expression coefficients of swapped and target. `threeDimensionalLosses` shares the regressions.
 *
 * @param weights one for each expression coefficient; all 1 when left out
 */
export function expressionLoss(regressor: CoefficientRegressor<tf.Tensor>, weights?: CoefficientWeights): Loss<tf.Tensor> {
  return {
    name: 'expression',
    evaluate: ({ swapped, target }) =>
      coefficientDistance(regressor.regress(swapped).expression, regressor.regress(target).expression, weights),
  };
}
