/** From signed images to what networks that were trained from ImageNet weights read. */
import * as tf from '@tensorflow/tfjs-core';

/** Side of the faces, in pixels. */
export const POSE_INPUT_SIZE = 224;

/** Statistics of ImageNet's RGB in [0, 1]. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/** [-1, 1] to ((x + 1) / 2 - mean) / deviation. */
export function normaliseFace(face: tf.Tensor): tf.Tensor {
  const unit = tf.mul(tf.add(face, 1), 1 / 2);
  return tf.div(tf.sub(unit, tf.tensor1d(MEAN)), tf.tensor1d(DEVIATION));
}
