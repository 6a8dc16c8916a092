/**
 * L2 distance of 3DMM coefficients of two faces: one of the three groups. A table over a set states the root of the mean of the
 * squares in some papers; `report` states the mean.
 */
import type { CoefficientRegressor, Metric } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { scalarValue } from './scalar-value.ts';

/** The groups of coefficients. */
export type CoefficientGroup = 'shape' | 'pose' | 'expression';

/** A metric named `<group>/<regressor>` of faces [1, height, width, 3]. */
export function coefficientMetric(
  regressor: CoefficientRegressor<tf.Tensor>,
  group: CoefficientGroup,
): Metric<tf.Tensor> {
  return {
    name: `${group}/${regressor.name}`,
    better: 'lower',
    measure: (first, second) =>
      scalarValue(() => {
        const difference = tf.squaredDifference(regressor.regress(first)[group], regressor.regress(second)[group]);
        return tf.sqrt(tf.sum(difference));
      }),
  };
}
