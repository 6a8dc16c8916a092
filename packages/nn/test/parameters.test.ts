import '@tensorflow/tfjs';
import { bufferOf, constantSpec, countParameters, fillParameters, flattenParameters, flattenSpecs, initialParameters, normalSpec, seededNormal } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const tree = { a: normalSpec([2, 3], 0.5), inner: { b: constantSpec([4], 2), c: bufferOf(constantSpec([9], 0)) } };

test('counts what is trained, by name and in order', () => {
  expect(countParameters(tree)).toBe(10);
  expect([...flattenSpecs(tree).keys()]).toEqual(['a', 'inner.b', 'inner.c']);
});

test('starts as specified', () => {
  const parameters = initialParameters(tree, seededNormal(1));
  expect([...parameters.inner.b.dataSync()]).toEqual([2, 2, 2, 2]);
  expect(parameters.a.shape).toEqual([2, 3]);
  expect([...flattenParameters(parameters).keys()]).toEqual([...flattenSpecs(tree).keys()]);
});

test('names the parameter that is missing or misshapen', () => {
  expect(() => fillParameters(tree, () => undefined)).toThrow(/parameter a: expected shape \[2, 3\], got no tensor/);
  expect(() => fillParameters(tree, (name) => (name === 'a' ? tf.zeros([2, 3]) : tf.zeros([5])))).toThrow(/parameter inner.b/);
});

test('law: same seed, same numbers; another seed, others', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 33 }), (seed, count) => {
      expect(seededNormal(seed)(count)).toEqual(seededNormal(seed)(count));
      expect(seededNormal(seed)(count)).not.toEqual(seededNormal(seed + 1)(count));
    }),
  );
});

test('the numbers are normal', () => {
  const values = seededNormal(5)(20_000);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const tail = values.filter((value) => Math.abs(value) > 2).length / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  expect(Math.abs(tail - 0.0455)).toBeLessThan(0.006);
});
