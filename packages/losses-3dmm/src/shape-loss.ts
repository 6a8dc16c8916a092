/** L_shape: the swapped face should have the source's shape coefficients. */
import type * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor, Loss } from '@mfim/tensor-contracts';
import { coefficientDistance } from './coefficient-distance.ts';
import type { CoefficientWeights } from './coefficient-distance.ts';

/**
 * L2 norm between the shape coefficients of swapped and source. `threeDimensionalLosses` shares the regressions.
 *
 * @param weights one for each shape coefficient; all 1 when left out
 */
export function shapeLoss(regressor: CoefficientRegressor<tf.Tensor>, weights?: CoefficientWeights): Loss<tf.Tensor> {
  return {
    name: 'shape',
    evaluate: ({ swapped, source }) =>
      coefficientDistance(regressor.regress(swapped).shape, regressor.regress(source).shape, weights),
  };
}
