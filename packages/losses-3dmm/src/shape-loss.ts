/** L_shape: the swapped face should have the source's shape coefficients. */
import type * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor, Loss } from '@mfim/tensor-contracts';
import { coefficientDistance } from './coefficient-distance.ts';

/** L2 norm between the shape coefficients of swapped and source. `threeDimensionalLosses` shares the regressions. */
export function shapeLoss(regressor: CoefficientRegressor<tf.Tensor>): Loss<tf.Tensor> {
  return {
    name: 'shape',
    evaluate: ({ swapped, source }) =>
      coefficientDistance(regressor.regress(swapped).shape, regressor.regress(source).shape),
  };
}
