/** L_id = 1 - cos(R(swapped), R(source)), R a face-recognition network (MFIM, identity loss). */
import type * as tf from '@tensorflow/tfjs-core';
import type { IdentityEmbedder, Loss } from '@mfim/tensor-contracts';
import { cosineDistance } from './cosine-distance.ts';

/**
 * The swapped face should be the source person. A trainer that keeps the embeddings of its sources
 * calls `cosineDistance(embedder.embed(swapped), kept)` instead, which is the same.
 *
 * @returns a loss in [0, 2]
 */
export function identityLoss(embedder: IdentityEmbedder<tf.Tensor>): Loss<tf.Tensor> {
  return {
    name: 'identity',
    evaluate: ({ swapped, source }) => cosineDistance(embedder.embed(swapped), embedder.embed(source)),
  };
}
