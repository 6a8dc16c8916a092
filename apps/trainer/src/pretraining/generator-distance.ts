/**
 * By what `pretrain` tells its best checkpoint: how far generated faces are from photos, as a kernel distance of their features.
 * It is measured for a choice among the checkpoints of one run, at every snapshot, so it must be cheap: some hundreds of
 * photos, the same ones and the same latents each time. It is neither FID nor KID, which look through Inception at tens of thousands
 * of images; compare it only between runs with the same photos, size and number. Features are divided by the root mean square of the
 * photos' (our choice), so that the kernel's curvature does not depend on the network's scale.
 */
import * as tf from '@tensorflow/tfjs-core';
import { imagesAt } from '../training/training-set.ts';
import type { TrainingSet } from '../training/training-set.ts';
import { kernelDistance, meanWithin } from './kernel-distance.ts';
import type { FeatureSet } from './kernel-distance.ts';
import { generateFaces } from './pretraining-model.ts';
import type { PretrainingModel } from './pretraining-model.ts';
import { randomStream } from './random-stream.ts';
import type { ImageFeatures } from './squeeze-features.ts';

/** What is compared. */
export interface DistanceRequest {
  readonly features: ImageFeatures;
  readonly data: TrainingSet;
  /** Photos, and generated faces; fewer where there are not so many photos. */
  readonly images: number;
  /** Of the latents. */
  readonly seed: number;
  /** Images in memory at once. */
  readonly atOnce: number;
}

/** Measures a generator: 0 where its faces cannot be told from photos, larger is worse. */
export type GeneratorDistance = (model: PretrainingModel, flat: tf.Tensor) => Promise<number>;

const HALF_BYTE = 127.5;

interface Reference {
  readonly photos: FeatureSet;
  readonly within: number;
  /** What features are divided by. */
  readonly scale: number;
}

/** Held-out photos where there are enough of them, else those to train on, evenly spread. */
function chosenPhotos({ heldOut, training }: TrainingSet, images: number): readonly number[] {
  const pool = heldOut.length >= images ? heldOut : training;
  const count = Math.min(images, pool.length);
  return Array.from({ length: count }, (_, position) => pool[Math.floor((position * pool.length) / count)] as number);
}

/** Features of images that are made a few at a time. */
async function collect({ features, atOnce }: DistanceRequest, count: number, make: (first: number, count: number) => Promise<tf.Tensor> | tf.Tensor): Promise<FeatureSet> {
  const found: Float32Array[] = [];
  for (let first = 0; first < count; first += atOnce) {
    const images = await make(first, Math.min(atOnce, count - first));
    const vectors = features(images);
    found.push((await vectors.data()) as Float32Array);
    tf.dispose([images, vectors]);
  }
  const length = found.reduce((sum, { length: each }) => sum + each, 0);
  const rows = new Float32Array(length);
  let end = 0;
  for (const part of found) {
    rows.set(part, end);
    end += part.length;
  }
  return { rows, width: length / count };
}

async function reference(request: DistanceRequest, numbers: readonly number[]): Promise<Reference> {
  const raw = await collect(request, numbers.length, (first, count) => imagesAt(request.data.dataset, numbers.slice(first, first + count)));
  const scale = Math.sqrt(raw.rows.reduce((sum, value) => sum + value * value, 0) / raw.rows.length);
  const photos = { ...raw, rows: raw.rows.map((value) => value / scale) };
  return { photos, within: meanWithin(photos), scale };
}

/** In bytes and back, as a photo is stored. */
const asStored = (image: tf.Tensor): tf.Tensor => tf.sub(tf.div(tf.clipByValue(tf.round(tf.mul(tf.add(image, 1), HALF_BYTE)), 0, 255), HALF_BYTE), 1);

/** The photos are looked at once, when the first generator is measured. */
export function generatorDistance(request: DistanceRequest): GeneratorDistance {
  const numbers = chosenPhotos(request.data, request.images);
  let known: Promise<Reference> | undefined;
  return async (model, flat) => {
    known ??= reference(request, numbers);
    const { photos, within, scale } = await known;
    const random = randomStream(request.seed);
    const width = model.generator.buffers.get('mapping.mean')?.size as number;
    const faces = await collect(request, numbers.length, (_, count) => {
      const values = Float32Array.from({ length: count * width }, () => random.normal());
      return tf.tidy(() => asStored(generateFaces(model, flat, { first: tf.tensor2d(values, [count, width]), crossover: model.table.latentCount }).image));
    });
    return kernelDistance({ ...faces, rows: faces.rows.map((value) => value / scale) }, photos, within);
  };
}
