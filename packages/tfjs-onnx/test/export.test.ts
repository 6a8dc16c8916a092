/**
 * What is in an exported file: constants once and folded, float16 weights, names, errors that help.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { IR_VERSION, OPSET_VERSION, traceToOnnx } from '../src/index.ts';
import type { TraceOptions } from '../src/index.ts';
import { numbers, relativeError, runOnnx } from './run-onnx.ts';

const size = [3, 3, 16, 32] as const;
const weight = tf.tensor4d(numbers(size).data, [...size]);
const weightBytes = weight.size * 4;
const ports = [{ name: 'x', shape: [1, 8, 8, 16] }];

function exported(fn: (x: tf.Tensor4D) => tf.Tensor, options: Partial<TraceOptions> = {}): ReturnType<typeof traceToOnnx> {
  return traceToOnnx(({ x }) => ({ y: fn(x as tf.Tensor4D) }), { name: 'network', inputs: ports, ...options });
}

/** A modulated convolution: the weight with its gain, and the sums of its squares, are constants. */
function modulated(x: tf.Tensor4D): tf.Tensor {
  const scaled = tf.mul(weight, 1 / 12) as tf.Tensor4D;
  const style = tf.mean(x, [1, 2]);
  const demodulation = tf.rsqrt(tf.add(tf.matMul(tf.square(style) as tf.Tensor2D, tf.sum(tf.square(scaled), [0, 1]) as tf.Tensor2D), 1e-8));
  return tf.mul(tf.conv2d(x, scaled, 1, 'same'), tf.reshape(demodulation, [1, 1, 1, 32]));
}

describe('constants', () => {
  test('what depends on weights only is computed at export, and the weights are stored once', async () => {
    const { bytes, nodeCount } = await exported(modulated);
    const foldedBytes = 16 * 32 * 4;
    expect(bytes.length).toBeGreaterThan(weightBytes + foldedBytes);
    expect(bytes.length).toBeLessThan(weightBytes + foldedBytes + 4000);
    expect(nodeCount).toBeLessThanOrEqual(12);
  });

  test('a weight used twice the same way is stored once', async () => {
    const { bytes } = await exported((x) => tf.add(tf.conv2d(x, weight, 1, 'same'), tf.conv2d(tf.neg(x), tf.clone(weight), 1, 'same')));
    expect(bytes.length).toBeLessThan(weightBytes + 3000);
  });

  test('equal operations are computed once', async () => {
    const once = await exported((x) => tf.exp(x));
    const twice = await exported((x) => tf.add(tf.exp(x), tf.exp(x)));
    expect(twice.nodeCount).toBe(once.nodeCount + 1);
  });

  test('parameters stay where they are and can be used afterwards', async () => {
    const before = tf.memory().numTensors;
    await exported(modulated);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('cpu');
    expect((await weight.data()).length).toBe(weight.size);
  });
});

test('float16 weights halve the file and are computed with in float32', async () => {
  const full = await exported(modulated);
  const half = await exported(modulated, { weights: 'float16' });
  expect(half.bytes.length).toBeLessThan(full.bytes.length * 0.55);
  const x = numbers([1, 8, 8, 16]);
  const [expected, got] = [await runOnnx(full, { x }), await runOnnx(half, { x })];
  const error = relativeError(expected['y']?.data ?? [], got['y']?.data ?? []);
  expect(error).toBeLessThan(1e-3);
  expect(error).toBeGreaterThan(0);
});

test('a weight that float16 cannot hold is refused', async () => {
  const spoiled = tf.reshape(tf.range(1e6, 1e6 + 576), [3, 3, 16, 4]) as tf.Tensor4D;
  await expect(exported((x) => tf.conv2d(x, spoiled, 1, 'same'), { weights: 'float16' })).rejects.toThrow(/65504/);
});

test('the file states its versions, ports, weight names and metadata', async () => {
  const graph = await exported((x) => tf.tidy('block1', () => tf.relu(tf.conv2d(x, weight, 1, 'same'))), {
    weightNames: new Map([[weight, 'block1.conv.weight']]),
    metadata: { license: 'Apache-2.0' },
  });
  expect([graph.opset, graph.irVersion]).toEqual([OPSET_VERSION, IR_VERSION]);
  const text = new TextDecoder('latin1').decode(graph.bytes);
  for (const name of ['block1.conv.weight', 'block1/Conv', 'block1/Relu', 'license', 'Apache-2.0']) expect(text).toContain(name);
  const session = await ort.InferenceSession.create(graph.bytes);
  expect([session.inputNames, session.outputNames]).toEqual([['x'], ['y']]);
});

test('a network of convolutions holds transposes at its ends only', async () => {
  const bias = tf.tensor1d(numbers([16]).data);
  const noise = tf.tensor4d(numbers([1, 8, 8, 1]).data, [1, 8, 8, 1]);
  const square = tf.tensor4d(numbers([3, 3, 16, 16]).data, [3, 3, 16, 16]);
  const graph = await exported((x) => {
    let y = x;
    for (let layer = 0; layer < 4; layer += 1) {
      const gain = tf.reshape(tf.mean(y, [1, 2]), [1, 1, 1, 16]);
      const padded = tf.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D;
      y = tf.leakyRelu(tf.add(tf.add(tf.mul(tf.conv2d(padded, square, 1, 'valid'), gain), noise), bias), 0.2) as tf.Tensor4D;
    }
    return y;
  });
  const text = new TextDecoder('latin1').decode(graph.bytes);
  expect(new Set(text.match(/Transpose(_\d+)?(?=[^_\d])/g)).size).toBe(2);
});

describe('errors', () => {
  test('an operation without a rule is named, with the line that called it', async () => {
    const traced = exported((x) => tf.cast(tf.unique(tf.reshape(x, [-1])).values, 'float32'));
    await expect(traced).rejects.toThrow(InputError);
    await expect(traced).rejects.toThrow(/export\.test\.ts:\d+.*the tfjs kernel Unique/);
  });

  test('reading a traced value is refused', async () => {
    await expect(exported((x) => tf.mul(x, x.dataSync()[0] ?? 0))).rejects.toThrow(/read of a traced tensor/);
  });

  test('reading what depends on constants only is not', async () => {
    const read = (x: tf.Tensor): number => tf.sum(tf.concat([tf.tensor1d(x.shape), tf.reshape(tf.slice(weight, [0, 0, 0, 0], [1, 1, 1, 2]), [2])])).dataSync()[0] ?? 0;
    const graph = await exported((x) => tf.add(x, read(x)));
    const x = numbers([1, 8, 8, 16]);
    const { y } = await runOnnx(graph, { x });
    expect(relativeError(x.data.map((value) => value + 33 + (weight.dataSync()[0] ?? 0) + (weight.dataSync()[1] ?? 0)), y?.data ?? [])).toBeLessThan(1e-6);
    expect(tf.getBackend()).toBe('cpu');
  });

  test('a name that is both input and output is refused', async () => {
    const traced = traceToOnnx(({ x }) => ({ x: tf.neg(x as tf.Tensor) }), { name: 'clash', inputs: ports });
    await expect(traced).rejects.toThrow(/x twice/);
  });

  test('the backend is restored after an error', async () => {
    await expect(exported(() => { throw new Error('inner'); })).rejects.toThrow('inner');
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.findBackendFactory('onnx-trace')).toBeNull();
  });
});
