/**
 * How far regressed faces are from their labels, in the head's own space and on the picture. Lengths on the picture are in shares of the
 * distance that the outer corners of the eyes would have seen from the front: it does not shrink with the yaw.
 *
 * Confidence: the logarithm of the deviation s is scored by log s + e^2 / (2 s^2), e the face's mean landmark error, taken as a constant:
 * a face that is hard to read makes the regressor doubt, not look elsewhere.
 */
import { openFaceCoefficients, openFaceView, placePoints, projectPoints } from '@mfim/losses-3dmm';
import type { OpenFaceCoefficients } from '@mfim/losses-3dmm';
import * as tf from '@tensorflow/tfjs-core';
import type { FaceBatch } from './face-batch.ts';
import type { CropLabels } from './face-warp.ts';
import { LANDMARKS } from './regression-model.ts';
import type { JudgingHead, RegressionModel } from './regression-model.ts';
import type { RegressionConfig } from './regression-config.ts';

/** Labels of a batch as tensors; what follows from them is known before the network runs. */
export interface LabelTensors {
  readonly identity: tf.Tensor;
  readonly expression: tf.Tensor;
  readonly rotations: tf.Tensor3D;
  /** Of scale and distance, [batch, 2]. */
  readonly logCamera: tf.Tensor;
  /** [batch, 68, 2] in shares of the image. */
  readonly landmarks: tf.Tensor3D;
  /** Landmarks and points of the head, [batch, 68 + points, 3]. */
  readonly vertices: tf.Tensor;
  /** Shares of the image, [batch, 1]. */
  readonly eyeDistance: tf.Tensor;
  /** 1 where a face is left in the crop, [batch, 1]. */
  readonly seen: tf.Tensor;
  /** 1 where the labels are exact, [batch, 1]. */
  readonly exact: tf.Tensor;
}

/** The outer corners of the eyes among the 68. */
const EYES = [36, 45] as const;
/** Lengths below it count as 0: their roots keep a slope. */
const SMALLEST = 1e-6;

/** |v| along the last axis, with a finite slope at 0. */
const lengths = (vectors: tf.Tensor): tf.Tensor => tf.sqrt(tf.add(tf.sum(tf.square(vectors), -1), SMALLEST ** 2));

function eyeDistances(vertices: tf.Tensor, scale: tf.Tensor): tf.Tensor {
  const [right, left] = EYES.map((landmark) => tf.slice(vertices, [0, landmark, 0], [-1, 1, 3])) as [tf.Tensor, tf.Tensor];
  return tf.mul(lengths(tf.sub(left, right)), scale);
}

const column = (flags: readonly boolean[]): tf.Tensor => tf.tensor2d(flags.map((flag) => [flag ? 1 : 0]));

/** Labels as tensors; they belong to the open scope. */
export function labelTensors({ whole }: JudgingHead, { labels, seen, exact }: Pick<FaceBatch, 'labels' | 'seen' | 'exact'>): LabelTensors {
  const count = labels.length;
  const table = (width: number, pick: (label: CropLabels) => ArrayLike<number>): tf.Tensor2D => {
    const values = new Float32Array(count * width);
    labels.forEach((label, row) => values.set(Array.prototype.slice.call(pick(label), 0, width), row * width));
    return tf.tensor2d(values, [count, width]);
  };
  // A fit may have fewer modes than the model: the others are 0.
  const identity = table(whole.widths.identity, (label) => label.identity);
  const expression = table(whole.widths.expression, (label) => label.expression);
  const vertices = whole.vertices({ identity, expression });
  const scale = table(1, (label) => [label.scale]);
  return {
    identity,
    expression,
    vertices,
    rotations: tf.reshape(table(9, ({ rotation }) => rotation), [count, 3, 3]),
    logCamera: tf.log(table(2, (label) => [label.scale, label.distance])),
    landmarks: tf.reshape(table(2 * LANDMARKS, ({ landmarks }) => landmarks), [count, LANDMARKS, 2]),
    eyeDistance: eyeDistances(vertices, scale),
    seen: column(seen),
    exact: column(exact),
  };
}

/** The same values; what is before them is not taught. */
function constantOf(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((input) => ({ value: tf.clone(input as tf.Tensor), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) }))(x);
}

/** Where coefficients put the landmarks, [batch, 68, 2] in shares of the image. */
export function predictedLandmarks(vertices: tf.Tensor, coefficients: OpenFaceCoefficients): tf.Tensor3D {
  const view = openFaceView(coefficients, 1);
  return projectPoints(placePoints(tf.slice(vertices, [0, 0, 0], [-1, LANDMARKS, 3]), view), view.camera);
}

/** Errors of each face, [batch, 1] each. */
export interface FaceErrors {
  /** Mean of the 68, in shares of the eyes' distance. */
  readonly landmarks: tf.Tensor;
  /** Mean of the points before the head is turned, in millimetres. */
  readonly points: tf.Tensor;
  /** Radians. */
  readonly rotation: tf.Tensor;
  readonly expression: tf.Tensor;
  readonly identity: tf.Tensor;
  readonly camera: tf.Tensor;
  readonly confidence: tf.Tensor;
}

/** The angle for small ones, from |A - B|; its slope is finite everywhere. */
function angles(first: tf.Tensor, second: tf.Tensor): tf.Tensor {
  const difference = tf.reshape(tf.sub(first, second), [-1, 9]);
  return tf.expandDims(tf.mul(lengths(difference), Math.SQRT1_2), 1);
}

const meanOfRow = (x: tf.Tensor): tf.Tensor => tf.mean(x, 1, true);

/** What each face is off by; differentiable by the coefficients. */
export function faceErrors({ narrow, whole, variances }: JudgingHead, coefficients: OpenFaceCoefficients, labels: LabelTensors): FaceErrors {
  const { identity, expression, rotations, scale, distance, logDeviation } = coefficients;
  const vertices = narrow.vertices({ identity, expression });
  const landmarks = tf.div(meanOfRow(lengths(tf.sub(predictedLandmarks(vertices, coefficients), labels.landmarks))), labels.eyeDistance);
  const ways = lengths(tf.slice(tf.sub(vertices, labels.vertices), [0, LANDMARKS, 0], [-1, -1, 3]));
  const modes = tf.slice(labels.identity, [0, 0], [-1, narrow.widths.identity]);
  const surprise = tf.mul(tf.square(constantOf(landmarks)), tf.mul(tf.exp(tf.mul(logDeviation, -2)), 1 / 2));
  return {
    landmarks,
    points: tf.mul(meanOfRow(ways), whole.millimetresPerUnit),
    rotation: angles(rotations, labels.rotations),
    expression: meanOfRow(tf.abs(tf.sub(expression, labels.expression))),
    identity: meanOfRow(tf.mul(tf.squaredDifference(identity, modes), tf.tensor1d(variances.slice()))),
    camera: meanOfRow(tf.abs(tf.sub(tf.log(tf.concat([scale, distance], 1)), labels.logCamera))),
    confidence: tf.add(logDeviation, surprise),
  };
}

/** What to weight the terms with. */
export type TermWeights = Pick<RegressionConfig, 'objective' | 'fittedRotation'>;

/** The mean of errors of faces, [batch, 1], that count as much as is said of each. */
function meanOver(counts: tf.Tensor): (error: tf.Tensor) => tf.Tensor {
  const whole = tf.maximum(tf.sum(counts), 1);
  return (error) => tf.div(tf.sum(tf.mul(error, counts)), whole);
}

/** Means over the faces that are seen, the confidence's over all, the rotation's of fitted ones as far as it is trusted, and their weighted sum. */
export function regressionLoss(
  { head, size }: Pick<RegressionModel, 'head' | 'size'>,
  { numbers, labels }: { readonly numbers: tf.Tensor; readonly labels: LabelTensors },
  { objective, fittedRotation }: TermWeights,
): { readonly total: tf.Scalar; readonly terms: Readonly<Record<keyof FaceErrors, tf.Tensor>> } {
  const errors = faceErrors(head, openFaceCoefficients(numbers, size), labels);
  const { seen, exact } = labels;
  const overSeen = meanOver(seen);
  const others: Readonly<Record<string, (error: tf.Tensor) => tf.Tensor>> = { confidence: (error) => tf.mean(error), rotation: meanOver(tf.mul(seen, tf.maximum(exact, fittedRotation))) };
  const means = Object.entries(errors).map(([name, error]: [string, tf.Tensor]) => [name, (others[name] ?? overSeen)(error)] as const);
  const terms = Object.fromEntries(means) as Record<keyof FaceErrors, tf.Tensor>;
  const parts = means.filter(([name]) => objective[name as keyof FaceErrors] > 0).map(([name, mean]) => tf.mul(mean, objective[name as keyof FaceErrors]));
  return { total: parts.length === 0 ? tf.scalar(0) : (tf.addN(parts) as tf.Scalar), terms };
}
