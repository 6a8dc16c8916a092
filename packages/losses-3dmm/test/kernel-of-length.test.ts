import '@tensorflow/tfjs';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelOfLength } from '../src/regressors/kernel-of-length.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
});

/** The same, one operation after another. */
function inSteps(kernel: tf.Tensor, gain: tf.Tensor): tf.Tensor {
  const squares = tf.sum(tf.square(kernel), kernel.shape[3] === 1 ? [0, 1] : [0, 1, 2], true);
  return tf.div(tf.mul(kernel, tf.reshape(gain, squares.shape)), tf.sqrt(squares));
}

function compare(found: tf.Tensor, expected: tf.Tensor): void {
  expect(found.shape).toEqual(expected.shape);
  const values = expected.dataSync();
  found.dataSync().forEach((value, at) => expect(Math.abs(value - values[at]!)).toBeLessThan(1e-5));
}

describe.each([
  ['plain', [3, 3, 4, 5], 5],
  ['pointwise', [1, 1, 6, 4], 4],
  ['depthwise', [3, 3, 6, 1], 6],
] as const)('a %s kernel', (_, shape, count) => {
  const kernel = tf.randomNormal(shape.slice(), 0, 1, 'float32', 1);
  const gain = tf.randomNormal([count], 1, 0.5, 'float32', 2);
  const weight = tf.randomNormal(shape.slice(), 0, 1, 'float32', 3);

  test('has filters of these lengths', () => {
    const lengths = tf.norm(tf.reshape(kernelOfLength(kernel, gain), [-1, count]), 2, 0);
    compare(lengths, tf.abs(gain));
  });

  test('gradients are those of the same in steps', () => {
    const loss = (fold: typeof inSteps) => tf.grads((k, g) => tf.sum(tf.mul(tf.square(fold(k!, g!)), weight)))([kernel, gain]);
    const [found, expected] = [loss(kernelOfLength), loss(inSteps)];
    found.forEach((gradient, index) => compare(gradient, expected[index]!));
  });
});

test('a kernel of zeros stays one, and its gradients are finite', () => {
  const [kernel, gain] = [tf.zeros([1, 1, 3, 2]), tf.ones([2])];
  expect([...kernelOfLength(kernel, gain).dataSync()].every((value) => value === 0)).toBe(true);
  const gradients = tf.grads((k, g) => tf.sum(kernelOfLength(k!, g!)))([kernel, gain]);
  expect(gradients.every((gradient) => gradient.dataSync().every(Number.isFinite))).toBe(true);
});
