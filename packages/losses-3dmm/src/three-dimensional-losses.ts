/**
 * L_shape, L_pose and L_exp from one regression of each image, where the three losses on their own
 * would regress the swapped image three times.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor, FaceCoefficients, LossInputs } from '@mfim/tensor-contracts';
import { coefficientDistance } from './coefficient-distance.ts';
import type { CoefficientWeights } from './coefficient-distance.ts';

/** The three terms, each a scalar of 0 or more. */
export interface ThreeDimensionalLosses {
  readonly shape: tf.Scalar;
  readonly pose: tf.Scalar;
  readonly expression: tf.Scalar;
}

/** Weights of single coefficients; a part without them counts evenly. */
export interface ThreeDimensionalWeights {
  readonly shape?: CoefficientWeights;
  readonly pose?: CoefficientWeights;
  readonly expression?: CoefficientWeights;
}

/** Coefficients of the three faces; those of source and target may be computed once and kept. */
export interface CoefficientTriple {
  readonly swapped: FaceCoefficients<tf.Tensor>;
  readonly source: Pick<FaceCoefficients<tf.Tensor>, 'shape'>;
  readonly target: Pick<FaceCoefficients<tf.Tensor>, 'pose' | 'expression'>;
}

/** The three terms from coefficients: shape compared with the source, pose and expression with the target. */
export function coefficientLosses(
  { swapped, source, target }: CoefficientTriple,
  weights: ThreeDimensionalWeights = {},
): ThreeDimensionalLosses {
  return {
    shape: coefficientDistance(swapped.shape, source.shape, weights.shape),
    pose: coefficientDistance(swapped.pose, target.pose, weights.pose),
    expression: coefficientDistance(swapped.expression, target.expression, weights.expression),
  };
}

/** Coefficients of two batches in one pass. */
function regressTogether(regressor: CoefficientRegressor<tf.Tensor>, batches: readonly [tf.Tensor, tf.Tensor]): readonly FaceCoefficients<tf.Tensor>[] {
  const sizes = batches.map(({ shape }) => shape[0] as number);
  const coefficients = regressor.regress(tf.concat([...batches]));
  const [shapes, poses, expressions] = (['shape', 'pose', 'expression'] as const).map((part) => tf.split(coefficients[part], sizes)) as [tf.Tensor[], tf.Tensor[], tf.Tensor[]];
  return batches.map((_, index) => ({ shape: shapes[index] as tf.Tensor, pose: poses[index] as tf.Tensor, expression: expressions[index] as tf.Tensor }));
}

/** The three terms from images, each regressed once. Source and target have one size. */
export function threeDimensionalLosses(
  regressor: CoefficientRegressor<tf.Tensor>,
  { swapped, source, target }: LossInputs<tf.Tensor>,
  weights: ThreeDimensionalWeights = {},
): ThreeDimensionalLosses {
  const [fromSource, fromTarget] = regressTogether(regressor, [source, target]) as [FaceCoefficients<tf.Tensor>, FaceCoefficients<tf.Tensor>];
  return coefficientLosses({ swapped: regressor.regress(swapped), source: fromSource, target: fromTarget }, weights);
}
