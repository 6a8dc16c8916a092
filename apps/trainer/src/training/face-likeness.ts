/**
 * How alike two FFHQ-aligned faces are in pose and light: the correlation of their inner faces, averaged over
 * 8 x 8 cells. FFHQ alignment puts eyes and mouth at the same places, so that no landmarks are needed.
 */
import { imagesAt } from './training-set.ts';
import type { Face, Likeness } from './pair-sampler.ts';
import type { TrainingSet } from './training-set.ts';
import * as tf from '@tensorflow/tfjs-core';

const CELLS = 8;
/** Brows to chin, cheek to cheek, as shares of the image's side. */
const INNER = { left: 0.27, top: 0.36, right: 0.73, bottom: 0.9 };
const BATCH = 64;
const EPSILON = 1e-6;

/** Unit vectors [batch, 64] of mean zero. */
function describe(images: tf.Tensor4D): tf.Tensor2D {
  return tf.tidy(() => {
    const [count, size] = images.shape;
    const at = (share: number): number => Math.round(share * size);
    const [top, left] = [at(INNER.top), at(INNER.left)];
    const inner = tf.slice(images, [0, top, left, 0], [count, at(INNER.bottom) - top, at(INNER.right) - left, 3]);
    const grey = tf.mean(inner, 3, true) as tf.Tensor4D;
    const whole = tf.image.resizeBilinear(grey, [CELLS * CELLS, CELLS * CELLS], false, true);
    const rows = tf.reshape(tf.avgPool(whole, CELLS, CELLS, 'valid'), [count, CELLS * CELLS]);
    const centred = tf.sub(rows, tf.mean(rows, 1, true));
    return tf.mul(centred, tf.rsqrt(tf.add(tf.sum(tf.square(centred), 1, true), EPSILON))) as tf.Tensor2D;
  });
}

/** Describes every image once, as it is and mirrored. */
export async function faceLikeness({ dataset }: TrainingSet): Promise<Likeness> {
  const { count } = dataset.index;
  const width = CELLS * CELLS;
  const plain = new Float32Array(count * width);
  const mirrored = new Float32Array(count * width);
  for (let start = 0; start < count; start += BATCH) {
    const images = await imagesAt(dataset, Array.from({ length: Math.min(BATCH, count - start) }, (_, offset) => start + offset));
    const [own, flipped] = [describe(images), tf.tidy(() => describe(tf.reverse(images, 2)))];
    plain.set((await own.data()) as Float32Array, start * width);
    mirrored.set((await flipped.data()) as Float32Array, start * width);
    tf.dispose([images, own, flipped]);
  }
  const rowOf = ({ index, mirrored: flip }: Face): Float32Array => (flip ? mirrored : plain).subarray(index * width, (index + 1) * width);
  return (source, target) => {
    const other = rowOf(target);
    return rowOf(source).reduce((sum, value, cell) => sum + value * (other[cell] as number), 0);
  };
}
