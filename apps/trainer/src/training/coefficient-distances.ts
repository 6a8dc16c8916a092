/**
 * How far swapped faces are from whom they should be like, in 3DMM coefficients, pair by pair; and their means over the pairs that the
 * regressor really saw. A confidence of NaN is no doubt: what is broken shows as a mean of NaN.
 */
import { LEAST_CONFIDENCE } from '@mfim/tensor-contracts';
import type { CoefficientRegressor, FaceCoefficients, LossInputs } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';

/** Distances and confidences of pairs, [batch] each. */
export type PairDistances<T> = Readonly<Record<'shapeToSource' | 'poseToTarget' | 'expressionToTarget' | 'sourceConfidence' | 'targetConfidence', T>>;

/** Which confidence a distance rests on. */
const RESTS_ON = { shapeToSource: 'sourceConfidence', poseToTarget: 'targetConfidence', expressionToTarget: 'targetConfidence' } as const;

const distance = (first: tf.Tensor, second: tf.Tensor): tf.Tensor => tf.sqrt(tf.sum(tf.squaredDifference(first, second), 1));

function confidenceOfPairs(first: FaceCoefficients<tf.Tensor>, second: FaceCoefficients<tf.Tensor>): tf.Tensor {
  if (first.confidence === undefined || second.confidence === undefined) return tf.onesLike(distance(first.pose, second.pose));
  return tf.reshape(tf.minimum(first.confidence, second.confidence), [-1]);
}

/** @returns L2 norms of the differences; a pair is as sure as the less sure of its faces, 1 where the regressor does not say */
export function coefficientDistances(regressor: CoefficientRegressor<tf.Tensor>, { swapped, source, target }: LossInputs<tf.Tensor>): PairDistances<tf.Tensor> {
  const [ofSwap, ofSource, ofTarget] = [regressor.regress(swapped), regressor.regress(source), regressor.regress(target)];
  return {
    shapeToSource: distance(ofSwap.shape, ofSource.shape),
    poseToTarget: distance(ofSwap.pose, ofTarget.pose),
    expressionToTarget: distance(ofSwap.expression, ofTarget.expression),
    sourceConfidence: confidenceOfPairs(ofSwap, ofSource),
    targetConfidence: confidenceOfPairs(ofSwap, ofTarget),
  };
}

/** Means over the pairs that were seen, each left out where none was; `doubtedPairs` counts those with any face that was not. */
export function meanDistances(pairs: readonly PairDistances<number>[]): Record<string, number> {
  const means = Object.entries(RESTS_ON).flatMap(([name, confidence]) => {
    const seen = pairs.filter((pair) => !(pair[confidence] < LEAST_CONFIDENCE)).map((pair) => pair[name as keyof typeof RESTS_ON]);
    return seen.length === 0 ? [] : [[name, seen.reduce((sum, value) => sum + value, 0) / seen.length] as const];
  });
  const doubted = pairs.filter(({ sourceConfidence, targetConfidence }) => Math.min(sourceConfidence, targetConfidence) < LEAST_CONFIDENCE);
  return { ...Object.fromEntries(means), doubtedPairs: doubted.length };
}
