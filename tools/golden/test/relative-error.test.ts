/** The ruler itself: what it measures, and that nothing slips through it. */
import { ShapeError } from '@mfim/tensor-contracts';
import { expect, test } from 'vitest';
import { readGoldenFile, relativeError } from '../src/index.ts';

const vector = (...data: number[]) => ({ data: Float32Array.from(data), shape: [data.length] });

test('measures the largest difference against the largest value', () => {
  expect(relativeError(vector(1, -4), vector(1, -4))).toBe(0);
  expect(relativeError(vector(1.5, -4), vector(1, -4))).toBe(0.125);
  expect(relativeError(vector(0.25), vector(0))).toBe(0.25);
});

test('NaN is never close', () => {
  expect(relativeError(vector(Number.NaN, 1), vector(1, 1))).toBeNaN();
  expect(relativeError(vector(1, Number.NaN), vector(1, 1))).toBeNaN();
  expect(relativeError(vector(Number.NaN, 9), vector(1, 1))).not.toBeLessThan(1);
});

test('refuses other shapes and names what a file lacks', () => {
  expect(() => relativeError(vector(1, 2), vector(1))).toThrow(ShapeError);
  expect(() => readGoldenFile('losses').get('output', 'nothing')).toThrow('output.nothing');
});
