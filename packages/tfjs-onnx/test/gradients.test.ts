/**
 * Gradients are tfjs operations, so that a function that calls tf.grad exports as any other.
 */
import '@tensorflow/tfjs'; // unlike tfjs-core, it registers gradients
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { traceToOnnx } from '../src/index.ts';
import { expectSame, numbers, runOnnx } from './run-onnx.ts';

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
  ['avgPool, valid', [image], (x) => tf.avgPool(asImage(x), 2, 2, 'valid')],
  ['activations', [[3, 5]], (x) => tf.addN([tf.leakyRelu(x, 0.2), tf.relu(x), tf.elu(x), tf.sigmoid(x), tf.softplus(x), tf.tanh(x)])],
  ['prelu', [image, [3]], (x, a) => tf.prelu(x, a)],
  ['maximum, where, clip', [[3, 5], [3, 5]], (a, b) => tf.add(tf.maximum(a, b), tf.clipByValue(tf.where(tf.greater(tf.cos(tf.range(0, 5)), 0), a, tf.mul(a, 3)), -0.5, 0.5))],
  ['broadcast arithmetic', [[3, 5], [5]], (a, b) => tf.div(tf.mul(a, tf.add(b, 2)), tf.add(tf.abs(b), 1))],
  ['matMul and reductions', [[3, 5], [5, 2]], (a, b) => tf.mul(tf.matMul(a, b), tf.mean(a))],
  ['slices, concat, pad, tile', [[3, 5]], (a) => tf.tile(tf.concat([tf.pad(a, [[1, 0], [0, 0]]), tf.slice(a, [1, 0], [1, 5])], 0), [2, 1])],
  ['batchNorm', [image, [3], [3]], (x, mean, scale) => tf.batchNorm(x, mean as tf.Tensor1D, tf.tensor1d([1, 2, 3]), mean as tf.Tensor1D, scale as tf.Tensor1D)],
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

// tfjs's CPU backend divides averages at borders by the whole window in the gradient, swaps height and
// width in the gradient of resizes, and ignores half pixels there; hence the law instead of the values.
const linear: (readonly [string, (x: tf.Tensor4D) => tf.Tensor])[] = [
  ['avgPool', (x) => tf.avgPool(x, 3, 2, 'same')],
  ['resizeBilinear', (x) => tf.image.resizeBilinear(x, [9, 4])],
  ['resizeBilinear, aligned', (x) => tf.image.resizeBilinear(x, [9, 4], true)],
  ['resizeBilinear, half pixels', (x) => tf.image.resizeBilinear(x, [12, 3], false, true)],
  ['resizeNearestNeighbor', (x) => tf.image.resizeNearestNeighbor(x, [12, 14])],
  ['resizeNearestNeighbor, aligned', (x) => tf.image.resizeNearestNeighbor(x, [9, 4], true)],
  ['resizeNearestNeighbor, half pixels', (x) => tf.image.resizeNearestNeighbor(x, [4, 9], false, true)],
];

describe('gradients of linear maps A are their adjoints: <A x, y> = <x, grad(<A x, y>)>', () => {
  test.each(linear)('%s', async (_, fn) => {
    const shape = fn(tf.zeros(image as [number, number, number, number])).shape;
    const feeds = { x: numbers(image, 4), y: numbers(shape, 6) };
    const graph = await traceToOnnx(
      ({ x, y }) => {
        const product = (pixels: tf.Tensor): tf.Tensor => tf.sum(tf.mul(fn(asImage(pixels)), y as tf.Tensor));
        return { left: product(x as tf.Tensor), right: tf.sum(tf.mul(x as tf.Tensor, tf.grad(product)(x as tf.Tensor))) };
      },
      { name: 'adjoint', inputs: Object.entries(feeds).map(([name, port]) => ({ name, shape: port.shape })) },
    );
    const { left, right } = await runOnnx(graph, feeds);
    expect(right?.data[0]).toBeCloseTo(left?.data[0] ?? Number.NaN, 4);
  });
});
