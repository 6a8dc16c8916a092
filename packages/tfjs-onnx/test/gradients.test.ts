/**
 * Gradients are tfjs operations, so that a function that calls tf.grad exports as any other.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { expectSame, numbers } from './run-onnx.ts';

type Function = (...tensors: tf.Tensor[]) => tf.Tensor;
type Case = readonly [name: string, shapes: readonly (readonly number[])[], fn: Function];

const asImage = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const image = [2, 6, 7, 3];

const cases: Case[] = [
  ['conv2d, stride 1', [image, [3, 3, 3, 4]], (x, w) => tf.conv2d(asImage(x), asImage(w), 1, 'same')],
  ['conv2d, stride 2', [image, [3, 3, 3, 4]], (x, w) => tf.conv2d(asImage(x), asImage(w), 2, 'same')],
  ['conv2d, stride 2, valid, rest', [[1, 8, 8, 2], [3, 3, 2, 2]], (x, w) => tf.conv2d(asImage(x), asImage(w), 2, 'valid')],
  ['conv2dTranspose', [[2, 3, 4, 3], [3, 3, 2, 3]], (x, w) => tf.conv2dTranspose(asImage(x), asImage(w), [2, 7, 9, 2], 2, 'valid')],
  ['depthwiseConv2d', [image, [3, 3, 3, 1]], (x, w) => tf.depthwiseConv2d(asImage(x), asImage(w), 1, 'same')],
  ['depthwiseConv2d, multiplier and stride', [image, [3, 3, 3, 2]], (x, w) => tf.depthwiseConv2d(asImage(x), asImage(w), 2, 'same')],
  ['maxPool, overlapping', [image], (x) => tf.maxPool(asImage(x), 3, 2, 'same')],
  ['avgPool, overlapping', [image], (x) => tf.avgPool(asImage(x), 3, 2, 'same')],
  ['avgPool, valid', [image], (x) => tf.avgPool(asImage(x), 2, 2, 'valid')],
  ['resizeBilinear', [image], (x) => tf.image.resizeBilinear(asImage(x), [9, 4])],
  ['resizeBilinear, aligned', [image], (x) => tf.image.resizeBilinear(asImage(x), [9, 4], true)],
  ['resizeNearestNeighbor', [image], (x) => tf.image.resizeNearestNeighbor(asImage(x), [12, 14])],
  ['activations', [[3, 5]], (x) => tf.addN([tf.leakyRelu(x, 0.2), tf.relu(x), tf.elu(x), tf.sigmoid(x), tf.softplus(x), tf.tanh(x)])],
  ['prelu', [image, [3]], (x, a) => tf.prelu(x, a)],
  ['maximum, where, clip', [[3, 5], [5]], (a, b) => tf.add(tf.maximum(a, b), tf.clipByValue(tf.where(tf.greater(a, 0), a, tf.mul(a, 3)), -0.5, 0.5))],
  ['broadcast arithmetic', [[3, 5], [5]], (a, b) => tf.div(tf.mul(a, tf.add(b, 2)), tf.add(tf.abs(b), 1))],
  ['matMul and reductions', [[3, 5], [5, 2]], (a, b) => tf.mul(tf.matMul(a, b), tf.mean(a))],
  ['slices, concat, pad, tile', [[3, 5]], (a) => tf.tile(tf.concat([tf.pad(a, [[1, 0], [0, 0]]), tf.slice(a, [1, 0], [1, 5])], 0), [2, 1])],
  ['batchNorm', [image, [3]], (x, mean) => tf.batchNorm(x, mean as tf.Tensor1D, tf.tensor1d([1, 2, 3]))],
  ['norm, softmax, max', [[3, 5]], (a) => tf.add(tf.mul(tf.softmax(a), tf.norm(a)), tf.max(a, 1, true))],
];

function gradientsOf(fn: Function): (...tensors: tf.Tensor[]) => tf.Tensor[] {
  const weighted: Function = (...tensors) => {
    const y = fn(...tensors);
    return tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape)));
  };
  return (...tensors) => tf.grads(weighted)(tensors);
}

describe('first order', () => {
  test.each(cases)('%s', async (_, shapes, fn) => {
    const names = shapes.map((__, index) => `in${index}`);
    const inputs = Object.fromEntries(names.map((name, index) => [name, numbers(shapes[index] ?? [], index + 3)]));
    await expectSame({ inputs, fn: (tensors) => gradientsOf(fn)(...names.map((name) => tensors[name] as tf.Tensor)) });
  });
});

describe('a small convolutional network', () => {
  const first = tf.tensor4d(numbers([3, 3, 3, 4], 1).data, [3, 3, 3, 4]);
  const second = tf.tensor4d(numbers([3, 3, 4, 2], 2).data, [3, 3, 4, 2]);
  const network = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
    tf.sum(tf.softplus(tf.conv2d(tf.softplus(tf.conv2d(asImage(x), asImage(w), 1, 'same')), second, 2, 'same')));

  test('gradient of its input, with constant weights', async () => {
    const inputs = { x: numbers([2, 6, 6, 3]) };
    await expectSame({ inputs, fn: ({ x }) => tf.grad((image) => network(image, first))(x as tf.Tensor) });
  });

  test('gradient penalty: second order with respect to the input', async () => {
    const penalty = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.grad((image) => network(image, first))(x)));
    const inputs = { x: numbers([1, 6, 6, 3]) };
    const smooth = (x: tf.Tensor): tf.Tensor => tf.sum(tf.softplus(tf.conv2d(asImage(x), first, 1, 'same')));
    await expectSame({ inputs, fn: ({ x }) => [penalty(x as tf.Tensor), tf.grad((z) => tf.sum(tf.square(tf.grad(smooth)(z))))(x as tf.Tensor)] });
  });

  test('a step of gradient descent', async () => {
    const inputs = { x: numbers([2, 6, 6, 3]), w: numbers([3, 3, 3, 4], 5) };
    await expectSame({
      inputs,
      fn: ({ x, w }) => {
        const { value, grads } = tf.valueAndGrads((v: tf.Tensor) => network(x as tf.Tensor, v) as tf.Scalar)([w as tf.Tensor]);
        return [value, tf.sub(w as tf.Tensor, tf.mul(grads[0] as tf.Tensor, 0.1))];
      },
    });
  });
});
