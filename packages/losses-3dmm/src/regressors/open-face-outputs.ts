/**
 * What the numbers of the open face regressor mean. All are bounded where a face is: expressions by a sigmoid, scale and distance by
 * tanh; numbers of 0 are the mean face with its mouth nearly closed, looking into the camera.
 */
import * as tf from '@tensorflow/tfjs-core';
import { FACE_CENTRE } from '@mfim/face3d';
import { bindAxes } from '@mfim/tensor-contracts';
import type { View } from '../morphable/project-landmarks.ts';
import { sixRotations } from '../morphable/rotations.ts';
import { openFaceNumbers, POSE_NUMBERS } from './open-face-network.ts';
import type { OpenFaceSize } from './open-face-network.ts';
import { splitParts } from './split-parts.ts';

/** Everything that is regressed of a batch of faces. */
export interface OpenFaceCoefficients {
  /** [batch, identity], in standard deviations of the model's modes. */
  readonly identity: tf.Tensor;
  /** [batch, expression], in 0..1, in the order of the model's names. */
  readonly expression: tf.Tensor;
  /** [batch, 3, 3]. */
  readonly rotations: tf.Tensor3D;
  /** [batch, 2], where the face's centre is in the FFHQ-aligned image, in shares of it: right, down. */
  readonly centre: tf.Tensor;
  /** [batch, 1], shares of the image for a unit (a centimetre) of the model at the face's centre. */
  readonly scale: tf.Tensor;
  /** [batch, 1], from the camera to the face's centre, in units of the model. */
  readonly distance: tf.Tensor;
  /** [batch, 1], the logarithm of the standard deviation that the landmarks are expected to be off by, in shares of the eyes' distance. */
  readonly logDeviation: tf.Tensor;
}

/** How much a number of 1 moves the centre. */
const CENTRE_STEP = 0.1;
/** FFHQ's crop of the mean head spans about 25 centimetres; factors up to 3 either way. */
export const MIDDLE_SCALE = 1 / 25;
const LOG_SCALE_RANGE = Math.log(3);
/** Portraits are taken from 20 centimetres to 5 metres. */
const MIDDLE_DISTANCE = 100;
const LOG_DISTANCE_RANGE = Math.log(5);
/** A blend shape is at a tenth where nothing is known. */
const EXPRESSION_BIAS = -Math.log(9);
/** From 0.7 % to 270 % of the distance between the eyes. */
const LOG_DEVIATION = { middle: -2, range: 3 } as const;

const exponential = (number: tf.Tensor, middle: number, range: number): tf.Tensor => tf.mul(tf.exp(tf.mul(tf.tanh(number), range)), middle);

/** @param numbers [batch, openFaceNumbers] of `openFaceNetwork` */
export function openFaceCoefficients(numbers: tf.Tensor, { identity, expression }: Pick<OpenFaceSize, 'identity' | 'expression'>): OpenFaceCoefficients {
  bindAxes('openFaceCoefficients', { numbers }, { numbers: `batch ${openFaceNumbers({ identity, expression })}` });
  const parts = splitParts(numbers, { identity, expression, six: POSE_NUMBERS.six, centre: 2, scale: 1, distance: 1, deviation: POSE_NUMBERS.deviation });
  const { middle, range } = LOG_DEVIATION;
  return {
    identity: parts.identity,
    expression: tf.sigmoid(tf.add(parts.expression, EXPRESSION_BIAS)),
    rotations: sixRotations(tf.add(parts.six, tf.tensor2d([[1, 0, 0, 0, 1, 0]]))),
    centre: tf.add(tf.mul(parts.centre, CENTRE_STEP), 1 / 2),
    scale: exponential(parts.scale, MIDDLE_SCALE, LOG_SCALE_RANGE),
    distance: exponential(parts.distance, MIDDLE_DISTANCE, LOG_DISTANCE_RANGE),
    logDeviation: tf.add(tf.mul(tf.tanh(tf.div(parts.deviation, range)), range), middle),
  };
}

/** The pose as the losses compare it: two columns of the rotation, the centre's way from the middle, and the logarithm of the scale. */
export const OPEN_FACE_POSE_WIDTH = 9;

/** @returns [batch, 9] */
export function openFacePose({ rotations, centre, scale }: Pick<OpenFaceCoefficients, 'rotations' | 'centre' | 'scale'>): tf.Tensor2D {
  const columns = tf.reshape(tf.transpose(tf.slice(rotations, [0, 0, 0], [-1, 3, 2]), [0, 2, 1]), [-1, POSE_NUMBERS.six]);
  return tf.concat([columns, tf.sub(centre, 1 / 2), tf.log(tf.mul(scale, 1 / MIDDLE_SCALE))], 1) as tf.Tensor2D;
}

/**
 * The camera that looks at the faces, for `projectLandmarks`: a pinhole on the axis through the face's centre.
 *
 * @param size side in pixels of the image that is drawn on
 */
export function openFaceView({ rotations, centre, scale, distance }: Omit<OpenFaceCoefficients, 'identity' | 'expression' | 'logDeviation'>, size: number): View {
  const turned = tf.sum(tf.mul(rotations, tf.tensor3d([[FACE_CENTRE.slice()]])), 2);
  const away = tf.pad(tf.neg(distance) as tf.Tensor2D, [[0, 0], [2, 0]]);
  return { rotations, translations: tf.sub(away, turned), camera: { focal: tf.mul(tf.mul(scale, distance), size), centre: tf.mul(centre, size) } };
}
