/** Convolutions in half the multiplications give what they give in all. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as web from 'onnxruntime-web';
import { beforeAll, expect, test } from 'vitest';
import { readGraph } from '../src/blocking/read-graph.ts';
import { halveProducts } from '../src/channel-blocks.ts';
import { traceToOnnx } from '../src/index.ts';
import type { TracedGraph } from '../src/index.ts';
import { numbers, relativeError, runOnnx } from './run-onnx.ts';

beforeAll(() => tf.setBackend('cpu'));

const tensor = (shape: readonly number[], seed: number): tf.Tensor => tf.tensor(numbers(shape, seed).data, [...shape]);
const convolutions = (bytes: Uint8Array): number => readGraph(bytes).graph.nodes.filter(({ operator }) => operator === 'Conv').length;

interface Sizes {
  readonly batch: number;
  readonly input: number;
  readonly output: number;
  readonly height: number;
  readonly width: number;
  readonly modulated: boolean;
}

async function layer({ batch, input, output, height, width, modulated }: Sizes, weights: 'float32' | 'float16' = 'float32'): Promise<readonly [TracedGraph, Parameters<typeof runOnnx>[1]]> {
  const weight = tf.div(tensor([output, input, 3, 3], 1), input);
  const bias = tensor([output], 2);
  const inputs = { x: numbers([batch, height, width, input], 3), ...(modulated ? { style: numbers([1, input], 4) } : {}) };
  const traced = await traceToOnnx(
    ({ x, style }) => {
      const filter = style === undefined ? weight : tf.mul(weight, tf.reshape(style, [1, input, 1, 1]));
      return { y: tf.leakyRelu(tf.add(tf.conv2d(x as tf.Tensor4D, tf.transpose(filter, [2, 3, 1, 0]) as tf.Tensor4D, 1, 'same'), bias), 0.2) };
    },
    { name: 'layer', weights, inputs: Object.entries(inputs).map(([name, { shape }]) => ({ name, shape })) },
  );
  return [traced, inputs];
}

test('law: large convolutions, with constant and with modulated weights', async () => {
  const sizes = fc.record({
    batch: fc.integer({ min: 1, max: 2 }),
    input: fc.constantFrom(128, 130),
    output: fc.constantFrom(128, 131),
    height: fc.constantFrom(32, 33),
    width: fc.constantFrom(32, 36),
    modulated: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async (given) => {
      const [graph, inputs] = await layer(given);
      const bytes = halveProducts(graph.bytes);
      expect(convolutions(bytes)).toBe(16);
      const [expected, got] = [await runOnnx(graph, inputs), await runOnnx({ ...graph, bytes }, inputs)];
      expect(got['y']?.shape).toEqual(expected['y']?.shape);
      expect(relativeError(expected['y']?.data ?? [], got['y']?.data ?? [])).toBeLessThan(1e-5);
    }),
    { numRuns: 5 },
  );
});

test('weights that are stored as float16', async () => {
  const [graph, inputs] = await layer({ batch: 1, input: 128, output: 128, height: 32, width: 32, modulated: true }, 'float16');
  const bytes = halveProducts(graph.bytes);
  expect(convolutions(bytes)).toBe(16);
  const [expected, got] = [await runOnnx(graph, inputs), await runOnnx({ ...graph, bytes }, inputs)];
  expect(relativeError(expected['y']?.data ?? [], got['y']?.data ?? [])).toBeLessThan(1e-5);
});

test('onnxruntime-web takes such files', async () => {
  const [graph, inputs] = await layer({ batch: 1, input: 128, output: 128, height: 32, width: 32, modulated: true });
  const [expected] = Object.values(await runOnnx(graph, inputs));
  const session = await web.InferenceSession.create(halveProducts(graph.bytes), { executionProviders: ['wasm'] });
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, shape }]) => [name, new web.Tensor('float32', data as Float32Array, shape)]));
  const { y } = await session.run(feeds);
  await session.release();
  expect(relativeError(expected?.data ?? [], (y?.data ?? []) as Float32Array)).toBeLessThan(1e-5);
});

test('what is small, strided or no file at all stays as it is', async () => {
  const [small] = await layer({ batch: 1, input: 128, output: 64, height: 32, width: 32, modulated: true });
  const [narrow] = await layer({ batch: 1, input: 128, output: 128, height: 32, width: 30, modulated: false });
  const filter = tensor([3, 3, 128, 128], 5);
  const strided = await traceToOnnx(({ x }) => ({ y: tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same') }), { name: 'strided', inputs: [{ name: 'x', shape: [1, 64, 64, 128] }] });
  for (const file of [small.bytes, narrow.bytes, strided.bytes, new TextEncoder().encode('no file')]) expect(halveProducts(file)).toBe(file);
});
