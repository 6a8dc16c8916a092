/** Cosine of the identity embeddings of two faces: 1 for the same image, about 0 for strangers. */
import type { IdentityEmbedder, Metric } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { scalarValue } from './scalar-value.ts';

/**
 * @param embedder judge of identity; use another one than the network that was trained against
 * @returns a metric named `identity-cosine/<embedder>` of faces [1, height, width, 3]
 */
export function identityCosine(embedder: IdentityEmbedder<tf.Tensor>): Metric<tf.Tensor> {
  return {
    name: `identity-cosine/${embedder.name}`,
    better: 'higher',
    measure: (first, second) => scalarValue(() => tf.sum(tf.mul(embedder.embed(first), embedder.embed(second)))),
  };
}
