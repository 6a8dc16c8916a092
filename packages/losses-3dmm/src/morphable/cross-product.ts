/** Cross product along the last axis, [..., 3]. */
import * as tf from '@tensorflow/tfjs-core';

/** Both of one shape. */
export function crossProduct(first: tf.Tensor, second: tf.Tensor): tf.Tensor {
  const [a, b, c] = tf.split(first, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [x, y, z] = tf.split(second, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return tf.concat([tf.sub(tf.mul(b, z), tf.mul(c, y)), tf.sub(tf.mul(c, x), tf.mul(a, z)), tf.sub(tf.mul(a, y), tf.mul(b, x))], -1);
}
