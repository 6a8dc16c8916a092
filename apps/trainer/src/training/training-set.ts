/** A dataset and who of it may train: pixels stay on disk, a step reads what it needs. */
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { Dataset } from '../dataset/open-dataset.ts';

/** Images and who may train on them. */
export interface TrainingSet {
  readonly dataset: Dataset;
  readonly training: readonly number[];
  /** Those of `training` that may be targets. */
  readonly targets: readonly number[];
  readonly heldOut: readonly number[];
}

const FEWEST = 8;
const HALF_BYTE = 127.5;

/**
 * @param folder made by `mfim-train dataset`
 * @param sourceOnly origins with these beginnings give identities but are never drawn as targets
 * @throws InputError when there is no dataset, or fewer than 8 images to train on
 */
export async function openTrainingSet(folder: string, sourceOnly: readonly string[] = []): Promise<TrainingSet> {
  const dataset = await openDataset(folder);
  const training = dataset.numbersOf('train');
  if (training.length < FEWEST) {
    await dataset.close();
    throw new InputError({ where: folder, expected: `${FEWEST} images to train on`, got: `${training.length}`, remedy: 'add photos and prepare the dataset again' });
  }
  const targets = training.filter((number) => {
    const { origin } = dataset.index.images[number] as { readonly origin: string };
    return !sourceOnly.some((beginning) => origin.startsWith(beginning));
  });
  return { dataset, training, targets, heldOut: dataset.numbersOf('held-out') };
}

/** What each byte is, in [-1, 1]; rounded as float32 tensors are. */
const VALUES = Float32Array.from({ length: 256 }, (_, byte) => Math.fround(byte / HALF_BYTE) - 1);

/** Bytes [n, size, size, 3] as a tensor in [-1, 1]; `mirror[i]` flips image i left-right. No kernels: on the backend `cpu` they take longer than many a step. */
export function imagesFrom(bytes: Uint8Array, size: number, mirror?: readonly boolean[]): tf.Tensor4D {
  const pitch = size * 3;
  const rows = bytes.length / pitch;
  const values = new Float32Array(bytes.length);
  for (let row = 0; row < rows; row += 1) {
    const start = row * pitch;
    const isMirrored = mirror?.[Math.floor(row / size)] === true;
    for (let item = 0; item < pitch; item += 1) {
      const from = isMirrored ? pitch - 3 - item + 2 * (item % 3) : item;
      values[start + item] = VALUES[bytes[start + from] as number] as number;
    }
  }
  return tf.tensor4d(values, [rows / size, size, size, 3]);
}

/** Images of a dataset by number, [n, size, size, 3] in [-1, 1]. */
export async function imagesAt(dataset: Dataset, numbers: readonly number[]): Promise<tf.Tensor4D> {
  return imagesFrom(await dataset.read(numbers), dataset.index.size);
}
