/**
 * Identity retrieval (as in FaceShifter's evaluation): the share of swapped faces whose nearest
 * source, by cosine, is the person they were made from.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/**
 * @param swapped [count, width], unit embeddings of the swapped faces
 * @param sources [count, width], unit embeddings of their sources, in the same order; every person once
 * @returns a share in [0, 1]
 * @throws ShapeError when the shapes differ.
 */
export async function identityRetrieval(swapped: tf.Tensor, sources: tf.Tensor): Promise<number> {
  bindAxes('identityRetrieval', { swapped, sources }, { swapped: 'count width', sources: 'count width' });
  const nearest = tf.tidy(() => tf.argMax(tf.matMul(swapped as tf.Tensor2D, sources as tf.Tensor2D, false, true), 1));
  const indices = Array.from(await nearest.data());
  nearest.dispose();
  return indices.reduce<number>((hits, index, row) => hits + (index === row ? 1 : 0), 0) / indices.length;
}
