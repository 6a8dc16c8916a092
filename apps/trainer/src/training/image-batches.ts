/** Turns sampled indices into image tensors. The whole dataset lies in memory as bytes. */
import * as tf from '@tensorflow/tfjs-core';
import type { LossNetworks } from './loss-networks.ts';
import type { PairBatch, SourceMove } from './pair-sampler.ts';
import type { StepInputs } from './training-step.ts';

/** Square RGB images, one after another, 0..255. */
export interface ImageStore {
  readonly size: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

const HALF_BYTE = 127.5;

/** The images at `indices`, [n, size, size, 3] in [-1, 1]; `mirror[i]` flips image i left-right. */
export function imagesAt(store: ImageStore, indices: readonly number[], mirror?: readonly boolean[]): tf.Tensor4D {
  const { size } = store;
  const stride = size * size * 3;
  const values = new Float32Array(indices.length * stride);
  indices.forEach((index, slot) => {
    const start = index * stride;
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const from = mirror?.[slot] === true ? size - 1 - column : column;
        const read = start + (row * size + from) * 3;
        const write = slot * stride + (row * size + column) * 3;
        for (let channel = 0; channel < 3; channel += 1) {
          values[write + channel] = (store.bytes[read + channel] as number) / HALF_BYTE - 1;
        }
      }
    }
  });
  return tf.tensor4d(values, [indices.length, size, size, 3]);
}

/** Identity embeddings of every listed image, computed once: row i belongs to image i. */
export async function embedAll(store: ImageStore, networks: LossNetworks, batch: number): Promise<Float32Array> {
  let embeddings = new Float32Array(0);
  for (let start = 0; start < store.count; start += batch) {
    const indices = Array.from({ length: Math.min(batch, store.count - start) }, (_, offset) => start + offset);
    const rows = tf.tidy(() => networks.embed(imagesAt(store, indices)));
    const width = rows.shape[1] as number;
    if (start === 0) embeddings = new Float32Array(store.count * width);
    embeddings.set((await rows.data()) as Float32Array, start * width);
    rows.dispose();
  }
  return embeddings;
}

/** Applies each move to its image; what a move brings in from outside is grey. */
function moved(images: tf.Tensor4D, moves: readonly SourceMove[]): tf.Tensor {
  return tf.tidy(() => {
    const [count, height, width] = images.shape;
    const boxes = moves.map(({ zoom, right, down }) => [0.5 - zoom / 2 + down, 0.5 - zoom / 2 + right, 0.5 + zoom / 2 + down, 0.5 + zoom / 2 + right]);
    const framed = tf.image.cropAndResize(images, boxes as never, moves.map((_, index) => index), [height, width]);
    const gains = tf.tensor4d(moves.flatMap((move) => move.gains), [count, 1, 1, 3]);
    const offsets = tf.tensor4d(moves.flatMap((move) => move.offsets), [count, 1, 1, 3]);
    return tf.clipByValue(tf.add(tf.mul(framed, gains), offsets), -1, 1);
  });
}

/** The tensors of one step; the caller disposes them. */
export function stepInputs(store: ImageStore, embeddings: Float32Array, pairs: PairBatch): StepInputs {
  const width = embeddings.length / store.count;
  const rows = pairs.sources.map((index) => embeddings.subarray(index * width, (index + 1) * width));
  const identity = new Float32Array(rows.length * width);
  rows.forEach((row, slot) => identity.set(row, slot * width));
  const still = imagesAt(store, pairs.sources, pairs.mirrorSources);
  const source = moved(still, pairs.sourceMoves);
  still.dispose();
  return {
    target: imagesAt(store, pairs.targets, pairs.mirrorTargets),
    source,
    sourceIdentity: tf.tensor2d(identity, [rows.length, width]),
    same: tf.tensor2d(pairs.same.map(Number), [rows.length, 1]),
  };
}
