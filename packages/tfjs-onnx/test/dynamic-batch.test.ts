/**
 * One file for every batch size.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { traceToOnnx } from '../src/index.ts';
import { numbers, relativeError, runOnnx } from './run-onnx.ts';

type Network = (x: tf.Tensor4D, style: tf.Tensor2D) => tf.Tensor;

const filter = tf.tensor4d(numbers([3, 3, 4, 6]).data, [3, 3, 4, 6]);
const matrix = tf.tensor2d(numbers([6, 5], 2).data, [6, 5]);
const learned = tf.tensor4d(numbers([1, 4, 4, 6], 3).data, [1, 4, 4, 6]);

const networks: readonly (readonly [string, Network])[] = [
  ['convolution and pooling', (x) => tf.maxPool(tf.relu(tf.conv2d(x, filter, 1, 'same')), 2, 2, 'same')],
  ['flatten with the size', (x) => tf.reshape(x, [x.shape[0], x.shape[1] * x.shape[2] * x.shape[3]])],
  ['flatten with -1 first', (x) => tf.reshape(x, [-1, 4])],
  ['modulation', (x, style) => tf.mul(tf.conv2d(x, filter, 1, 'same'), tf.reshape(style, [style.shape[0], 1, 1, 6]))],
  ['transposed convolution', (x) => tf.conv2dTranspose(x, tf.transpose(filter, [0, 1, 3, 2]) as tf.Tensor4D, [x.shape[0], 8, 10, 6], 2, 'same')],
  ['tiled constant', (x, style) => tf.mul(tf.tile(learned, [x.shape[0], 1, 1, 1]), tf.reshape(style, [-1, 1, 1, 6]))],
  ['zeros of the batch', (x) => tf.concat([x, tf.zeros([x.shape[0], 4, 5, 1])], 3)],
  ['ones of the batch', (x, style) => tf.mul(tf.add(tf.ones([style.shape[0], 6]), style), tf.reshape(tf.sum(x, [1, 2, 3]), [-1, 1]))],
  ['matrix product', (_, style) => tf.matMul(style, matrix)],
  ['zero insertion', (x) => tf.reshape(tf.pad(tf.reshape(x, [x.shape[0], 4, 1, 5, 1, 4]), [[0, 0], [0, 0], [0, 1], [0, 0], [0, 1], [0, 0]]), [x.shape[0], 8, 10, 4])],
  ['resizing', (x) => tf.concat([tf.image.resizeBilinear(x, [9, 7]), tf.image.resizeNearestNeighbor(x, [9, 7])], 3)],
  ['slices', (x) => tf.add(tf.slice(x, [0, 1, 1, 0], [-1, 2, 3, 4]), tf.slice(x, [0, 0, 0, 0], [x.shape[0], 2, 3, 4]))],
  ['twice the batch', (x) => tf.concat([x, tf.neg(x)], 0)],
  ['normalised', (_, style) => tf.div(style, tf.sqrt(tf.add(tf.sum(tf.square(style), -1, true), 1e-8)))],
];

function run(network: Network, inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  return { y: network(inputs['x'] as tf.Tensor4D, inputs['style'] as tf.Tensor2D) };
}

describe('a symbolic batch', () => {
  test.each(networks)('%s', async (_, network) => {
    const graph = await traceToOnnx((inputs) => run(network, inputs), {
      name: 'batched',
      inputs: [
        { name: 'x', shape: ['batch', 4, 5, 4] },
        { name: 'style', shape: ['batch', 6] },
      ],
    });
    for (const batch of [1, 2, 3]) {
      const feeds = { x: numbers([batch, 4, 5, 4], batch), style: numbers([batch, 6], batch + 5) };
      const tensors = { x: tf.tensor(feeds.x.data, [batch, 4, 5, 4]), style: tf.tensor(feeds.style.data, [batch, 6]) };
      const { y: expected } = run(network, tensors);
      const { y: got } = await runOnnx(graph, feeds);
      expect(got?.shape).toEqual(expected?.shape);
      expect(relativeError((await expected?.data()) ?? [], got?.data ?? [])).toBeLessThan(1e-5);
    }
  });

  test('its dimension is named in the ports', async () => {
    const { inputs, outputs } = await traceToOnnx(({ x }) => ({ y: tf.concat([x as tf.Tensor, x as tf.Tensor], 0) }), {
      name: 'ports',
      inputs: [{ name: 'x', shape: ['batch', 3] }],
    });
    expect(inputs).toEqual([{ name: 'x', shape: ['batch', 3] }]);
    expect(outputs).toEqual([{ name: 'y', shape: ['2*batch', 3] }]);
  });

  test('an operation that cannot follow it is refused by name', async () => {
    const half = traceToOnnx(({ x }) => ({ y: tf.slice(x as tf.Tensor, [0, 0], [(x?.shape[0] ?? 2) / 2, 3]) }), {
      name: 'half',
      inputs: [{ name: 'x', shape: ['batch', 3] }],
    });
    await expect(half).rejects.toThrow(InputError);
    await expect(half).rejects.toThrow(/dynamic-batch\.test\.ts:\d+.*Slice/);
  });

  test('numbers that depend on it are refused, with the line that uses them', async () => {
    const averaged = traceToOnnx(({ x }) => ({ y: tf.mul(x as tf.Tensor, 1 / (x?.shape[0] ?? 1)) }), {
      name: 'averaged',
      inputs: [{ name: 'x', shape: ['batch', 3] }],
    });
    await expect(averaged).rejects.toThrow(/dynamic-batch\.test\.ts:\d+.*numbers that depend on the batch size/);
  });

  test('a function that takes another course for another batch size is refused', async () => {
    const branching = traceToOnnx(({ x }) => ({ y: x?.shape[0] === 2 ? tf.neg(x) : tf.abs(x as tf.Tensor) }), {
      name: 'branching',
      inputs: [{ name: 'x', shape: ['batch', 3] }],
    });
    await expect(branching).rejects.toThrow(/another course for another batch size/);
  });
});
