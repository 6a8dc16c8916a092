import '@tensorflow/tfjs';
import { registerSecondOrderGradients, releasingGradients } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { block, chain, chainParameters, random } from './block-chain.ts';
import { peakOfBuffers } from './peak-of-buffers.ts';

beforeAll(async () => {
  registerSecondOrderGradients();
  await tf.setBackend('cpu');
});

test('smoke, shape and value: x² + y', () => {
  const [x, y] = [tf.tensor1d([1, 2, 3]), tf.scalar(5)];
  const { value, gradients } = releasingGradients(() => tf.sum(tf.add(tf.square(x), y)), [x, y]);
  expect(value.dataSync()[0]).toBe(29);
  expect(gradients.map(({ shape }) => shape)).toEqual([[3], []]);
  expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([[2, 4, 6], [3]]);
});

test('error: a value that does not depend on an x, and an operation without a gradient', () => {
  const [x, y] = [random(2), random(2)];
  expect(() => releasingGradients(() => tf.sum(x), [x, y])).toThrow(InputError);
  expect(() => releasingGradients(() => tf.sum(x), [x, y])).toThrow(/x number 1 of shape \[2\]/);
  expect(() => releasingGradients(() => tf.topk(x as tf.Tensor1D, 1).values, [x])).toThrow(/TopK/);
  expect(tf.grad((own: tf.Tensor) => tf.sum(tf.square(own)))(x).shape).toEqual([2]);
});

test('law: tfjs’s gradients, bit for bit, and the same tensors alive afterwards', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 5 }), (blocks, side) => {
      tf.tidy(() => {
        const tensors = [...chainParameters(blocks), random(2, side, side, 3)];
        const f = (...all: tf.Tensor[]): tf.Scalar => chain(block, all.slice(0, -1), all.at(-1) as tf.Tensor);
        const start = tf.memory().numTensors;
        const theirs = tf.valueAndGrads(f)(tensors);
        const after = tf.memory().numTensors;
        const ours = releasingGradients(() => f(...tensors), tensors);
        expect(tf.memory().numTensors - after).toBe(after - start);
        expect(ours.value.dataSync()).toEqual(theirs.value.dataSync());
        expect(ours.gradients.map((gradient) => gradient.dataSync())).toEqual(theirs.grads.map((gradient) => gradient.dataSync()));
      });
    }),
    { numRuns: 6 },
  );
});

test('gradient of a gradient, ours in ours and ours in tfjs’s: that of tfjs', () => {
  const [weights, image] = [chainParameters(2), random(1, 4, 4, 3)];
  const slope = (all: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor => releasingGradients(() => chain(block, all, x), [x]).gradients[0] as tf.Tensor;
  const ours = (...all: tf.Tensor[]): tf.Scalar => tf.sum(tf.square(slope(all, image)));
  const theirs = (...all: tf.Tensor[]): tf.Scalar => tf.sum(tf.square(tf.grad((x: tf.Tensor) => chain(block, all, x))(image)));
  const plain = tf.grads(theirs)(weights).map((gradient) => gradient.dataSync());
  expect(tf.grads(ours)(weights).map((gradient) => gradient.dataSync())).toEqual(plain);
  expect(releasingGradients(() => ours(...weights), weights).gradients.map((gradient) => gradient.dataSync())).toEqual(plain);
});

test('law: x is its own gradient where the value is x; an x that comes twice', () => {
  const x = tf.tensor1d([1, 2]);
  const [first, second] = releasingGradients(() => tf.mul(x, 3), [x, x]).gradients;
  expect([[...(first as tf.Tensor).dataSync()], [...(second as tf.Tensor).dataSync()]]).toEqual([[3, 3], [3, 3]]);
  expect([...(releasingGradients(() => x, [x]).gradients[0] as tf.Tensor).dataSync()]).toEqual([1, 1]);
  expect(x.isDisposed).toBe(false);
});

test('the peak of the buffers falls by a third at least', () => {
  const [tensors, image] = [chainParameters(12), random(1, 16, 16, 3)];
  const theirs = peakOfBuffers(() => { tf.grads((...all: tf.Tensor[]) => chain(block, all, image))(tensors); });
  const ours = peakOfBuffers(() => { releasingGradients(() => chain(block, tensors, image), tensors); });
  expect(ours / theirs).toBeLessThan(2 / 3);
});
