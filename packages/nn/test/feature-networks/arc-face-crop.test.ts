import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { ARC_FACE_SIZE, arcFaceCrop } from '../../src/index.ts';
import { cropWeights, fitCropSimilarity } from '../../src/feature-networks/arc-face-crop.ts';

beforeAll(() => tf.setBackend('cpu'));

const NOSE_512 = [256.63, 314.02] as const;
const NOSE_112 = [56.0252, 71.7366] as const;

/** An image whose channels are x, y and 1, in pixels of a 512-pixel image. */
function coordinates(size: number): tf.Tensor {
  const at512 = (index: number): number => ((index + 0.5) * 512) / size - 0.5;
  const values = Array.from({ length: size * size }, (_, index) => [at512(index % size), at512(Math.floor(index / size)), 1]);
  return tf.tensor(values.flat(), [1, size, size, 3]);
}

describe('arcFaceCrop', () => {
  test('the rotation that is left out moves no corner by a fiftieth of a pixel', () => {
    const { scale, sine } = fitCropSimilarity();
    expect(scale).toBeCloseTo(0.2921, 4);
    const rotation = Math.atan2(sine, scale);
    expect(Math.abs(rotation) * Math.hypot(ARC_FACE_SIZE / 2, ARC_FACE_SIZE / 2)).toBeLessThan(0.02);
  });

  test.each([64, 128, 256])('value: a crop of coordinates gives the similarity, from %d pixels', (size) => {
    const crop = arcFaceCrop(coordinates(size));
    expect(crop.shape).toEqual([1, 112, 112, 3]);
    const { scale, shift } = fitCropSimilarity();
    const data = crop.dataSync();
    for (const [x, y] of [[20, 30], [56, 72], [90, 100]] as const) {
      const start = (y * ARC_FACE_SIZE + x) * 3;
      expect(Math.abs(data[start]! - (x - shift[0]) / scale)).toBeLessThan(0.25);
      expect(Math.abs(data[start + 1]! - (y - shift[1]) / scale)).toBeLessThan(0.25);
      expect(data[start + 2]).toBeCloseTo(1, 4);
    }
  });

  test('the FFHQ nose, the worst of the five points, lands within 2.5 pixels of the template nose', () => {
    const { scale, shift } = fitCropSimilarity();
    const [x, y] = [scale * NOSE_512[0] + shift[0], scale * NOSE_512[1] + shift[1]];
    expect(Math.hypot(x - NOSE_112[0], y - NOSE_112[1])).toBeLessThan(2.5);
  });

  test('a reduction is antialiased: a checkerboard becomes grey', () => {
    const size = 512;
    const board = Array.from({ length: size * size }, (_, index) => ((index + Math.floor(index / size)) % 2 === 0 ? 1 : -1));
    const image = tf.tile(tf.tensor(board, [1, size, size, 1]), [1, 1, 1, 3]);
    expect(tf.max(tf.abs(arcFaceCrop(image))).dataSync()[0]).toBeLessThan(0.01);
  });

  test.each(['x', 'y'] as const)('law: the weights of every %s sum to 1 and none is negative', (axis) => {
    for (const size of [16, 64, 300]) {
      const weights = cropWeights(size, axis);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      for (let row = 0; row < ARC_FACE_SIZE; row += 1) {
        const sum = weights.subarray(row * size, (row + 1) * size).reduce((total, weight) => total + weight, 0);
        expect(sum).toBeCloseTo(1, 5);
      }
    }
  });

  test('law: linear, so the gradient of <crop(x), y> is the transposed crop of y', () => {
    const [x, y] = [tf.randomNormal([2, 40, 40, 3], 0, 1, 'float32', 1), tf.randomNormal([2, 112, 112, 3], 0, 1, 'float32', 2)];
    const product = (image: tf.Tensor): tf.Scalar => tf.sum(tf.mul(arcFaceCrop(image), y));
    const gradient = tf.grad(product)(x);
    expect(gradient.shape).toEqual(x.shape);
    const [direct, throughGradient] = [product(x).dataSync()[0]!, tf.sum(tf.mul(gradient, x)).dataSync()[0]!];
    expect(Math.abs(direct - throughGradient) / Math.abs(direct)).toBeLessThan(1e-4);
  });

  test.each([[[1, 64, 32, 3]], [[1, 64, 64, 4]], [[64, 64, 3]]])('refuses shape %j', (shape) => {
    expect(() => arcFaceCrop(tf.zeros(shape))).toThrow(ShapeError);
  });
});
