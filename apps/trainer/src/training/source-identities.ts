/**
 * Who the sources are. The embeddings of a dataset that is small enough are computed once, before the first
 * step; of a larger one, at every step.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LossNetworks } from './loss-networks.ts';
import { imagesAt } from './training-set.ts';
import type { TrainingSet } from './training-set.ts';

/** Above this many images embedding them all would delay the start by more than it saves (our choice). */
const LARGEST_CACHED = 20_000;
const BATCH = 32;

/** Gives unit embeddings [batch, width] of the images with these numbers. */
export type SourceIdentities = (numbers: readonly number[], images: tf.Tensor) => tf.Tensor;

/** Embeds all images where there are not too many. */
export async function sourceIdentities({ dataset }: TrainingSet, networks: LossNetworks, say: (line: string) => void): Promise<SourceIdentities> {
  const { count } = dataset.index;
  if (count > LARGEST_CACHED) return (_, images) => networks.embed(images);
  say(`embedding ${count} faces once for the identity term`);
  let rows = new Float32Array(0);
  for (let start = 0; start < count; start += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - start) }, (_, offset) => start + offset);
    const images = await imagesAt(dataset, numbers);
    const embedded = tf.tidy(() => networks.embed(images));
    const width = embedded.shape[1] as number;
    if (start === 0) rows = new Float32Array(count * width);
    rows.set((await embedded.data()) as Float32Array, start * width);
    tf.dispose([images, embedded]);
  }
  const width = rows.length / count;
  return (numbers) => {
    const chosen = new Float32Array(numbers.length * width);
    numbers.forEach((number, slot) => chosen.set(rows.subarray(number * width, (number + 1) * width), slot * width));
    return tf.tensor2d(chosen, [numbers.length, width]);
  };
}
