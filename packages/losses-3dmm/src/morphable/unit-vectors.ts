/** Vectors made as long as 1, along the last axis; those near 0 become 0, with a finite gradient. */
import * as tf from '@tensorflow/tfjs-core';

/** Squares of lengths below it count as it: float32 keeps its root and the root's slope finite. */
const LEAST_SQUARE = 1e-20;

/** @param vectors [..., 3] */
export function unitVectors(vectors: tf.Tensor): tf.Tensor {
  return tf.div(vectors, tf.sqrt(tf.maximum(tf.sum(tf.square(vectors), -1, true), LEAST_SQUARE)));
}
