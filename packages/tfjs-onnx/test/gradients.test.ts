/**
 * Gradients are tfjs operations, so that a function that calls tf.grad exports as any other.
 */
import '@tensorflow/tfjs'; // unlike tfjs-core, it registers gradients
import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { expectSame, numbers } from './run-onnx.ts';

type Function = (...tensors: tf.Tensor[]) => tf.Tensor;
type Case = readonly [name: string, shapes: readonly (readonly number[])[], fn: Function];

const asImage = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const image = [2, 6, 7, 3];

/** Compositions; single kernels are in the conformance suite. */
const cases: Case[] = [
  ['conv2d, stride 2, valid, rest', [[1, 8, 8, 2], [3, 3, 2, 2]], (x, w) => tf.conv2d(asImage(x), asImage(w), 2, 'valid')],
  ['conv2d of a padded image', [image, [3, 3, 3, 4]], (x, w) => tf.conv2d(tf.pad(asImage(x), [[0, 0], [2, 1], [0, 1], [0, 0]]), asImage(w), 1, 'valid')],
  ['depthwiseConv2d of a padded image, stride 2', [image, [3, 3, 3, 1]], (x, w) => tf.depthwiseConv2d(tf.pad(asImage(x), [[0, 0], [1, 1], [1, 1], [0, 0]]), asImage(w), 2, 'valid')],
  ['biased convolution and leaky ReLU with a gain', [image, [1, 1, 3, 4], [4]], (x, w, b) => tf.mul(tf.leakyRelu(tf.add(tf.conv2d(asImage(x), tf.mul<tf.Tensor4D>(w, 0.3), 1, 'valid'), b), 0.2), Math.SQRT2)],
  ['activations', [[3, 5]], (x) => tf.addN([tf.leakyRelu(x, 0.2), tf.relu(x), tf.elu(x), tf.sigmoid(x), tf.softplus(x), tf.tanh(x)])],
  ['maximum, where, clip', [[3, 5], [3, 5]], (a, b) => tf.add(tf.maximum(a, b), tf.clipByValue(tf.where(tf.greater(tf.cos(tf.range(0, 5)), 0), a, tf.mul(a, 3)), -0.5, 0.5))],
  ['broadcast arithmetic', [[3, 5], [5]], (a, b) => tf.div(tf.mul(a, tf.add(b, 2)), tf.add(tf.abs(b), 1))],
  ['matMul and reductions', [[3, 5], [5, 2]], (a, b) => tf.mul(tf.matMul(a, b), tf.mean(a))],
  ['slices, concat, pad, tile', [[3, 5]], (a) => tf.tile(tf.concat([tf.pad(a, [[1, 0], [0, 0]]), tf.slice(a, [1, 0], [1, 5])], 0), [2, 1])],
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

  const energy = (pixels: tf.Tensor): tf.Tensor => tf.sum(tf.softplus(tf.conv2d(asImage(pixels), first, 1, 'same')));
  const penalty = (pixels: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.grad(energy)(pixels)));

  test('gradient of its input, with constant weights', async () => {
    const inputs = { x: numbers([2, 6, 6, 3]) };
    await expectSame({ inputs, fn: ({ x }) => tf.grad((pixels) => network(pixels, first))(x as tf.Tensor) });
  });

  test('gradient penalty: second order with respect to the input', async () => {
    await expectSame({
      inputs: { x: numbers([1, 6, 6, 3]) },
      fn: ({ x }) => [penalty(x as tf.Tensor), tf.grad(penalty)(x as tf.Tensor)],
    });
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
