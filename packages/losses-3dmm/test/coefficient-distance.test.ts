import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { coefficientDistance } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

const draw = (seed: number, shape: [number, number] = [3, 4]): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);
const number = (value: tf.Tensor): number => value.dataSync()[0] as number;

describe('coefficientDistance', () => {
  test('smoke and shape: a positive scalar', () => {
    const distance = coefficientDistance(draw(1), draw(2));
    expect(distance.shape).toEqual([]);
    expect(number(distance)).toBeGreaterThan(0);
  });

  test('value: the mean of plain L2 norms; a weight counts the square', () => {
    const [first, second] = [tf.tensor2d([[3, 4], [0, 0]]), tf.tensor2d([[0, 0], [0, 1]])];
    expect(number(coefficientDistance(first, second))).toBeCloseTo((5 + 1) / 2, 5);
    expect(number(coefficientDistance(first, second, [4, 0]))).toBeCloseTo((6 + 0) / 2, 5);
  });

  test('law: symmetric, 0 for equal ones, the triangle inequality, weights of 1 change nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        const [a, b, c] = [draw(seed), draw(seed + 1), draw(seed + 2)];
        const there = number(coefficientDistance(a, b));
        expect(number(coefficientDistance(b, a))).toBe(there);
        expect(number(coefficientDistance(a, a))).toBe(0);
        expect(number(coefficientDistance(a, c))).toBeLessThanOrEqual(there + number(coefficientDistance(b, c)) + 1e-4);
        expect(number(coefficientDistance(a, b, [1, 1, 1, 1]))).toBeCloseTo(there, 5);
      }),
      { numRuns: 30 },
    );
  });

  test('gradient: agrees with the difference, with weights too; 0 and finite where both are equal', () => {
    expect(slopeError((x) => coefficientDistance(x, draw(2)), draw(1))).toBeLessThan(0.01);
    expect(slopeError((x) => coefficientDistance(x, draw(2), [2, 0, 1, 0.5]), draw(1))).toBeLessThan(0.01);
    const gradient = tf.grad((x: tf.Tensor) => coefficientDistance(x, draw(1)))(draw(1));
    expect([...gradient.dataSync()]).toEqual(Array.from({ length: 12 }, () => 0));
  });

  test('error: shapes and weights that do not fit', () => {
    expect(() => coefficientDistance(draw(1), draw(1, [3, 5]))).toThrow(ShapeError);
    for (const weights of [[1, 1, 1], [1, 1, 1, -1], [1, 1, 1, Number.NaN]]) {
      expect(() => coefficientDistance(draw(1), draw(2), weights)).toThrow(InputError);
    }
  });
});
