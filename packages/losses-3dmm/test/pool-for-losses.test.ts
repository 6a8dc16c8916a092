import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { poolForLosses } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

const image = (side: number, seed = 1): tf.Tensor => tf.randomUniform([2, side, side, 3], -1, 1, 'float32', seed);

describe('poolForLosses', () => {
  test('smoke and shape', () => {
    expect(poolForLosses(image(16), 4).shape).toEqual([2, 4, 4, 3]);
  });

  test('value: the mean of every square', () => {
    const pooled = poolForLosses(tf.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [1, 4, 4, 1]), 2);
    expect([...pooled.dataSync()]).toEqual([3.5, 5.5, 11.5, 13.5]);
  });

  test.each([4, 8, 100])('an image of 4 passes unchanged to %d', (size) => {
    const own = image(4);
    expect(poolForLosses(own, size)).toBe(own);
  });

  test('law: the mean of the image stays, and pooling twice is pooling once', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8), fc.integer({ min: 1, max: 50 }), (size, seed) => {
        const own = image(16, seed);
        const pooled = poolForLosses(own, size);
        expect(Math.abs(tf.mean(tf.sub(tf.mean(pooled), tf.mean(own))).dataSync()[0]!)).toBeLessThan(1e-6);
        const twice = poolForLosses(poolForLosses(own, 8), size);
        expect(tf.max(tf.abs(tf.sub(twice, pooled))).dataSync()[0]).toBeLessThan(1e-6);
      }),
      { numRuns: 20 },
    );
  });

  test('gradient: each pixel has its share of the square', () => {
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(poolForLosses(x, 4)))(image(16));
    gradient.dataSync().forEach((value) => expect(value).toBeCloseTo(1 / 16, 6));
    expect(slopeError((x) => tf.sum(tf.square(poolForLosses(x, 4))), image(16))).toBeLessThan(0.01);
  });

  test('error: a side that is no multiple, an image that is not square, a size that is none', () => {
    expect(() => poolForLosses(image(10), 4)).toThrow('multiple of 4');
    expect(() => poolForLosses(tf.zeros([1, 8, 4, 3]), 4)).toThrow(ShapeError);
    for (const size of [0, -4, 2.5, Number.NaN]) expect(() => poolForLosses(image(8), size)).toThrow(InputError);
  });
});
