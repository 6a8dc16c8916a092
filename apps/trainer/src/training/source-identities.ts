/**
 * Who the sources are. The embeddings of a dataset that is small enough are computed once, before the first
 * step; of a larger one, at every step.
 */
import * as tf from '@tensorflow/tfjs-core';
import { performer } from '../engine/performer.ts';
import type { Performer } from '../engine/performer.ts';
import type { LossNetworks } from './loss-networks.ts';
import { imagesAt } from './training-set.ts';
import type { TrainingSet } from './training-set.ts';

/** Above this many images embedding them all would delay the start by more than it saves (our choice). */
const LARGEST_CACHED = 20_000;
const BATCH = 32;

/** Gives unit embeddings [batch, width] of the images with these numbers. */
export type SourceIdentities = (numbers: readonly number[], images: tf.Tensor) => Promise<tf.Tensor>;

/** Who is told, and what embeds: by default tfjs. */
export interface EmbeddingOptions {
  readonly say: (line: string) => void;
  readonly perform?: Performer;
}

/** Embeds all images where there are not too many. */
export async function sourceIdentities({ dataset }: TrainingSet, networks: LossNetworks, { say, perform = performer(undefined) }: EmbeddingOptions): Promise<SourceIdentities> {
  const { count } = dataset.index;
  const embedding = perform('identity embedding', ({ images }) => ({ rows: networks.embed(images as tf.Tensor) }));
  const embed = async (images: tf.Tensor): Promise<tf.Tensor> => (await embedding({ images }))['rows'] as tf.Tensor;
  if (count > LARGEST_CACHED) return (_, images) => embed(images);
  say(`embedding ${count} faces once for the identity term`);
  let rows = new Float32Array(0);
  for (let start = 0; start < count; start += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - start) }, (_, offset) => start + offset);
    const images = await imagesAt(dataset, numbers);
    const embedded = await embed(images);
    const width = embedded.shape[1] as number;
    if (start === 0) rows = new Float32Array(count * width);
    rows.set((await embedded.data()) as Float32Array, start * width);
    tf.dispose([images, embedded]);
  }
  const width = rows.length / count;
  return async (numbers) => {
    const chosen = new Float32Array(numbers.length * width);
    numbers.forEach((number, slot) => chosen.set(rows.subarray(number * width, (number + 1) * width), slot * width));
    return tf.tensor2d(chosen, [numbers.length, width]);
  };
}
