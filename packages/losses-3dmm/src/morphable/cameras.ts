/**
 * Points to camera axes and onto the picture: the differentiable twins of @mfim/face3d's `movePoints`, `projectWeakly` and
 * `projectPerspective`. Picture points are in pixels, x to the right, y down.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/** Where the heads of a batch are. */
export interface Placement {
  /** [batch, 3, 3]. */
  readonly rotations: tf.Tensor;
  /** [batch, 3]. */
  readonly translations: tf.Tensor;
}

/** Weak perspective where there is a scale, a pinhole where there is a focal length; both [batch, 1], in pixels. */
export type Camera = { readonly scale: tf.Tensor; readonly centre: tf.Tensor } | { readonly focal: tf.Tensor; readonly centre: tf.Tensor };

/** R p + t. @param points [batch, points, 3] */
export function placePoints(points: tf.Tensor, { rotations, translations }: Placement): tf.Tensor3D {
  bindAxes('placePoints', { points, rotations, translations }, { points: 'batch points 3', rotations: 'batch 3 3', translations: 'batch 3' });
  return tf.add(tf.matMul(points as tf.Tensor3D, rotations as tf.Tensor3D, false, true), tf.expandDims(translations, 1));
}

/**
 * Onto the picture.
 *
 * @param points [batch, points, 3] in camera axes; in front of a pinhole camera (z below 0), which is not checked
 * @param camera whose centre is [batch, 2]
 * @returns [batch, points, 2]
 */
export function projectPoints(points: tf.Tensor, camera: Camera): tf.Tensor3D {
  const factor = 'scale' in camera ? camera.scale : camera.focal;
  bindAxes('projectPoints', { points, factor, centre: camera.centre }, { points: 'batch points 3', factor: 'batch 1', centre: 'batch 2' });
  const [x, y, z] = tf.split(points, 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const flat = tf.concat([x, tf.neg(y)], 2);
  const shares = 'scale' in camera ? flat : tf.div(flat, tf.neg(z));
  return tf.add(tf.mul(shares, tf.expandDims(factor, 1)), tf.expandDims(camera.centre, 1));
}
