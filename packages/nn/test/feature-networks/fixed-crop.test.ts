import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixedCrop } from '../../src/index.ts';
import type { CropFraming } from '../../src/index.ts';
import { framingWeights } from '../../src/feature-networks/fixed-crop.ts';

beforeAll(() => tf.setBackend('cpu'));

/** A 16-pixel crop of a quarter of the side, and one that reaches over the border on all sides. */
const INSIDE: CropFraming = { size: 16, scale: 0.125, shift: [-20, -30] };
const OVER: CropFraming = { size: 16, scale: 0.025, shift: [2, 1] };
/** The first 8 pixels of a 512-pixel image at half their size. */
const HALF: CropFraming = { size: 4, scale: 0.5, shift: [-0.25, -0.25] };

const image = (size: number, seed = 1): tf.Tensor => tf.randomUniform([2, size, size, 3], -1, 1, 'float32', seed);

describe('fixedCrop', () => {
  test('smoke and shape', () => {
    expect(fixedCrop(INSIDE, image(64)).shape).toEqual([2, 16, 16, 3]);
  });

  test('value: a shift by whole pixels moves the image; half the size averages squares, over their neighbours too', () => {
    const own = tf.slice(image(512), 0, 1);
    const moved = fixedCrop({ size: 8, scale: 1, shift: [-5, -7] }, own);
    expect(tf.max(tf.abs(tf.sub(moved, tf.slice(own, [0, 7, 5, 0], [1, 8, 8, 3])))).dataSync()[0]).toBeLessThan(1e-6);
    // The triangle over 2 pixels has 1/8, 3/8, 3/8, 1/8 of the four nearest ones.
    const row = [...framingWeights(HALF, 512, 'x').subarray(512, 512 + 6)];
    [0, 1 / 8, 3 / 8, 3 / 8, 1 / 8, 0].forEach((weight, index) => expect(row[index]).toBeCloseTo(weight, 6));
  });

  test('value: over the border the last pixels continue', () => {
    const crop = fixedCrop(OVER, tf.concat([tf.fill([1, 64, 32, 3], -1), tf.fill([1, 64, 32, 3], 1)], 2));
    const row = [...tf.slice(crop, [0, 8, 0, 0], [1, 1, 16, 1]).dataSync()];
    expect(row[0]).toBe(-1);
    expect(row.at(-1)).toBe(1);
  });

  test('law: weights of every row sum to 1 and none is negative, so a plain image stays as it is', () => {
    const framing = fc.record({
      size: fc.integer({ min: 1, max: 20 }),
      scale: fc.double({ min: 0.01, max: 2, noNaN: true }),
      shift: fc.tuple(fc.double({ min: -300, max: 300, noNaN: true }), fc.double({ min: -300, max: 300, noNaN: true })),
    });
    fc.assert(
      fc.property(framing, fc.integer({ min: 1, max: 40 }), fc.constantFrom('x' as const, 'y' as const), (own, size, axis) => {
        const weights = framingWeights(own, size, axis);
        for (let row = 0; row < own.size; row += 1) {
          const values = weights.subarray(row * size, (row + 1) * size);
          expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
          expect(values.reduce((total, weight) => total + weight, 0)).toBeCloseTo(1, 5);
        }
      }),
    );
  });

  test('gradient: linear, so that of <crop(x), y> is the transposed crop of y', () => {
    const [x, y] = [image(24), tf.randomNormal([2, 16, 16, 3], 0, 1, 'float32', 2)];
    const product = (own: tf.Tensor): tf.Scalar => tf.sum(tf.mul(fixedCrop(OVER, own), y));
    const [direct, through] = [product(x).dataSync()[0]!, tf.sum(tf.mul(tf.grad(product)(x), x)).dataSync()[0]!];
    expect(Math.abs(direct - through) / Math.abs(direct)).toBeLessThan(1e-4);
  });

  test.each([[[1, 64, 32, 3]], [[1, 64, 64, 4]], [[64, 64, 3]]])('error: shape %j', (shape) => {
    expect(() => fixedCrop(INSIDE, tf.zeros(shape))).toThrow(ShapeError);
  });
});
