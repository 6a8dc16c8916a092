/**
 * The 68 landmarks that a camera sees of a FLAME head: the outline is where the head's yaw puts it, chosen from a table of whole
 * degrees, and so not differentiable in its choice; the points themselves are. The head looks at the camera at yaw 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { axisAngleRotations } from '../morphable/rotations.ts';
import type { ContourTable, FlameBasis } from './flame-basis.ts';

const OUTLINE = 17;
/** The table ends at this yaw on either side. */
const LARGEST_YAW = 39;
const DEGREES = 180 / Math.PI;

/** Rows of the table, [batch]: yaw 0 to 39, then -1 to -39. Root and neck turn the head. */
function rowsOf(joints: tf.Tensor): tf.Tensor1D {
  const [root, neck] = [0, 3].map((start) => axisAngleRotations(tf.slice(joints, [0, start], [joints.shape[0]!, 3]))) as [tf.Tensor3D, tf.Tensor3D];
  const sideways = tf.slice(tf.matMul(root, neck), [0, 2, 0], [joints.shape[0]!, 1, 1]);
  const yaw = tf.mul(tf.asin(tf.clipByValue(tf.neg(sideways), -1, 1)), DEGREES);
  const degrees = tf.round(tf.clipByValue(yaw, -LARGEST_YAW, LARGEST_YAW));
  const isNegative = tf.step(tf.neg(degrees));
  const rows = tf.add(tf.mul(isNegative, tf.sub(LARGEST_YAW, degrees)), tf.mul(tf.sub(1, isNegative), degrees));
  return tf.cast(tf.reshape(rows, [-1]), 'int32');
}

/** One row of the table for each head: [batch, 17, 3]. */
function outline(vertices: tf.Tensor, { vertices: table, weights }: ContourTable, rows: tf.Tensor1D): tf.Tensor {
  const [batch, count] = vertices.shape as [number, number];
  const width = OUTLINE * 3;
  const corners = tf.gather(tf.tensor2d(table, [table.length / width, width], 'int32'), rows);
  const starts = tf.tensor2d(Array.from({ length: batch }, (_, head) => head * count), [batch, 1], 'int32');
  const points = tf.gather(tf.reshape(vertices, [batch * count, 3]), tf.reshape(tf.add(corners, starts), [-1]) as tf.Tensor1D);
  const shares = tf.reshape(tf.gather(tf.tensor2d(weights, [weights.length / width, width]), rows), [batch, OUTLINE, 3, 1]);
  return tf.sum(tf.mul(tf.reshape(points, [batch, OUTLINE, 3, 3]), shares), 2);
}

/**
 * @param vertices [batch, vertices, 3], of `flameModel`
 * @param joints [batch, 15], as the model was given them
 * @returns [batch, 68, 3]: 17 of the visible outline, then the 51 inside it
 */
export function contourLandmarks({ inner, contour, name }: FlameBasis, vertices: tf.Tensor, joints: tf.Tensor): tf.Tensor3D {
  bindAxes(name, { vertices, joints }, { vertices: 'batch vertices 3', joints: 'batch 15' });
  const corners = tf.gather(vertices, tf.tensor1d(inner.vertices, 'int32'), 1);
  const count = inner.weights.length / 3;
  const within = tf.sum(tf.mul(tf.reshape(corners, [vertices.shape[0]!, count, 3, 3]), tf.tensor(inner.weights, [1, count, 3, 1])), 2);
  return tf.concat([outline(vertices, contour, rowsOf(joints)), within], 1) as tf.Tensor3D;
}
