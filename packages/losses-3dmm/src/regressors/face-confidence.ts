/** How far a regressed face is to be trusted, and the error for those that are not. */
import { FaceError, LEAST_CONFIDENCE } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';

/** A deviation of a tenth of the eyes' distance: landmarks that miss the lips. */
const HALF_CONFIDENT = 0.1;

/** @param logDeviations of `OpenFaceCoefficients`, on the host; @returns 0 to 1 each: 0.5 at a deviation of a tenth of the eyes' distance */
export function faceConfidences(logDeviations: ArrayLike<number>): readonly number[] {
  return Array.from(logDeviations, (logarithm) => 1 / (1 + (Math.exp(logarithm) / HALF_CONFIDENT) ** 2));
}

/** `faceConfidences` of a tensor, as a tensor of the same shape: 1 / (1 + d^2) with d = exp(l) / h is a sigmoid of 2 (log h - l). */
export function confidenceOf(logDeviations: tf.Tensor): tf.Tensor {
  return tf.sigmoid(tf.mul(tf.sub(logDeviations, Math.log(HALF_CONFIDENT)), -2));
}

/**
 * Refuses faces that the regressor did not really see: profiles beyond what it knows, hidden ones, pictures without any.
 *
 * @param confidences of `faceConfidences`
 * @param least what is still accepted
 * @throws FaceError that names the faces below it, and any that is not a number
 */
export function assertConfident(confidences: readonly number[], least = LEAST_CONFIDENCE): void {
  const doubtful = confidences.flatMap((confidence, index) => (confidence >= least ? [] : [`${index} (${confidence.toFixed(2)})`]));
  if (doubtful.length === 0) return;
  throw new FaceError({
    where: 'open face regressor',
    expected: `faces with a confidence of ${least} or more`,
    got: `less for face ${doubtful.join(', ')}`,
    remedy: 'check that the photo shows one face, aligned as in FFHQ and not hidden; or accept a lower confidence',
  });
}
