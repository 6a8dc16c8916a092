/** A grid of held-out faces: source | target | swap | reconstruction of the target, one row a pair. */
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { swapFaces } from '../model/swap-model.ts';
import type { SwapModel } from '../model/swap-model.ts';
import { imagesAt } from './image-batches.ts';
import type { ImageStore } from './image-batches.ts';

/** What to draw. */
export interface SnapshotRequest {
  readonly flat: tf.Tensor;
  readonly store: ImageStore;
  /** Dataset indices; each face is the source for the next one's target. */
  readonly faces: readonly number[];
}

function toBytes(grid: tf.Tensor): Uint8Array {
  const bytes = tf.clipByValue(tf.round(tf.mul(tf.add(grid, 1), 127.5)), 0, 255);
  return Uint8Array.from(bytes.dataSync());
}

/** Writes the grid as PNG (temporary name, then renamed). */
export async function writeSnapshot(file: string, model: SwapModel, { flat, store, faces }: SnapshotRequest): Promise<void> {
  const { size } = store;
  const sources = faces.map((_, index) => faces[(index + 1) % faces.length] as number);
  const bytes = tf.tidy(() => {
    const source = imagesAt(store, sources);
    const target = imagesAt(store, faces);
    const columns = [source, target, swapFaces(model, flat, { source, target }).image, swapFaces(model, flat, { source: target, target }).image];
    return toBytes(tf.reshape(tf.concat(columns as tf.Tensor4D[], 2), [faces.length * size, columns.length * size, 3]));
  });
  await mkdir(path.dirname(file), { recursive: true });
  const raw = { width: 4 * size, height: faces.length * size, channels: 3 } as const;
  await sharp(bytes, { raw }).png().toFile(`${file}.partial`);
  await rename(`${file}.partial`, file);
}
