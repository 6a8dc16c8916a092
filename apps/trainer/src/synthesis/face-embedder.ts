/** Embeddings of dataset faces by MobileFaceNet; the mean of a face's and its mirror image's, which are one person's. */
import { mobileFaceNetEmbedder, mobileFaceNetParameters } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../dataset/open-dataset.ts';
import { readLossNetwork } from '../training/loss-networks.ts';
import { imagesAt } from '../training/training-set.ts';

/** Embeds a face of a dataset. */
export interface FaceEmbedder {
  embed(dataset: Dataset, number: number): Promise<Float32Array>;
}

/** @param file MobileFaceNet's weights; @throws InputError when it is absent or no such file */
export async function openFaceEmbedder(file: string): Promise<FaceEmbedder> {
  const embedder = mobileFaceNetEmbedder(mobileFaceNetParameters(await readLossNetwork('mobileFaceNet', file)));
  return {
    async embed(dataset, number) {
      const image = await imagesAt(dataset, [number]);
      const embedding = tf.tidy(() => tf.mean(embedder.embed(tf.concat([image, tf.reverse(image, 2)])), 0));
      const values = (await embedding.data()) as Float32Array;
      tf.dispose([image, embedding]);
      return values;
    },
  };
}
