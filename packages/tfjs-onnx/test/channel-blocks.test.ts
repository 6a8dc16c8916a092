/** Graphs on channel blocks give what they give without. */
import '@tensorflow/tfjs-backend-cpu';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { onnxRuntime } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { blockChannels, channelBlock } from '../src/channel-blocks.ts';
import { readGraph } from '../src/blocking/read-graph.ts';
import { traceToOnnx } from '../src/index.ts';
import type { TracedGraph, TraceOptions } from '../src/index.ts';
import type { TracedFunction } from '../src/recording/record-function.ts';
import { numbers, relativeError, runOnnx } from './run-onnx.ts';
import type { Numbers } from './run-onnx.ts';

const LIMIT = 1e-5;
const runtime = onnxRuntime(ort, { name: 'onnxruntime-node', sessionOptions: { intraOpNumThreads: 1, logSeverityLevel: 4 } });
const block = await channelBlock(runtime);
const WITHOUT = block === undefined ? ' (this processor has no channel blocks in ONNX Runtime; on x86-64 it has)' : '';

beforeAll(() => tf.setBackend('cpu'));

const tensorOf = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(data, [...shape]);

interface Sizes {
  readonly batch: number;
  readonly input: number;
  readonly output: number;
  readonly side: number;
}

/** Weights times a style, as StyleGAN2 has them; in the order of ONNX. */
function modulated(weight: tf.Tensor, style: tf.Tensor): tf.Tensor4D {
  const [, , input] = weight.shape as [number, number, number];
  const product = tf.mul(tf.transpose(weight, [3, 2, 0, 1]), tf.reshape(style, [1, input, 1, 1]));
  return tf.transpose(product, [2, 3, 1, 0]) as tf.Tensor4D;
}

/** Doubles by four convolutions and a filter, convolves, adds a map, draws RGB: what a StyleGAN2 block does. */
function block0({ input, output }: Sizes): TracedFunction {
  const parts = [1, 2, 3, 4].map((seed) => tensorOf(numbers([2, 2, input, output], seed)));
  const [second, rgb, filter, bias] = [tensorOf(numbers([3, 3, output, output], 5)), tensorOf(numbers([1, 1, output, 3], 6)), tensorOf(numbers([4, 4, output, 1], 7)), tensorOf(numbers([output], 8))];
  return ({ x, style, map, scale }) => {
    const phases = parts.map((part) => tf.conv2d(x as tf.Tensor4D, modulated(part, style as tf.Tensor), 1, 'same'));
    const doubled = tf.depthToSpace(tf.concat(phases, 3) as tf.Tensor4D, 2);
    const filtered = tf.leakyRelu(tf.add(tf.depthwiseConv2d(doubled, filter as tf.Tensor4D, 1, 'same'), bias), 0.2);
    const drawn = tf.conv2d(filtered as tf.Tensor4D, modulated(second, tf.mul(scale as tf.Tensor, Math.SQRT2)), 1, 'same');
    const sloped = tf.where(tf.greater(drawn, 0), drawn, tf.mul(drawn, 0.3));
    const features = tf.relu(tf.add(tf.mul(tf.add(sloped, map as tf.Tensor), tf.reshape(scale as tf.Tensor, [1, 1, 1, output])), filtered));
    return { features, rgb: tf.add(tf.conv2d(features as tf.Tensor4D, modulated(rgb, scale as tf.Tensor), 1, 'same'), [0.1, 0.2, 0.3]) };
  };
}

function inputsOf({ batch, input, output, side }: Sizes): Record<string, Numbers> {
  return { x: numbers([batch, side, side, input], 11), style: numbers([1, input], 12), map: numbers([batch, 2 * side, 2 * side, 1], 13), scale: numbers([1, output], 14) };
}

async function trace(fn: TracedFunction, inputs: Record<string, Numbers>, options: Partial<TraceOptions> = {}): Promise<TracedGraph> {
  return traceToOnnx(fn, { name: 'test', inputs: Object.entries(inputs).map(([name, { shape }]) => ({ name, shape })), ...options });
}

const blocked = (graph: TracedGraph): TracedGraph => ({ ...graph, bytes: blockChannels(graph.bytes, block as number) });
const operators = ({ bytes }: TracedGraph): string[] => readGraph(bytes).graph.nodes.map(({ operator, domain }) => (domain === undefined ? operator : `blocked ${operator}`));

async function expectSameResult(graph: TracedGraph, inputs: Record<string, Numbers>): Promise<TracedGraph> {
  const other = blocked(graph);
  const [expected, got] = [await runOnnx(graph, inputs), await runOnnx(other, inputs)];
  for (const [name, { data, shape }] of Object.entries(expected)) {
    expect(got[name]?.shape).toEqual(shape);
    expect(relativeError(data, got[name]?.data ?? []), name).toBeLessThan(LIMIT);
  }
  return other;
}

describe.skipIf(block === undefined)(`channel blocks${WITHOUT}`, () => {
  test('law: any block of a generator gives the same on channel blocks', async () => {
    const channels = fc.constantFrom(3, 16, 24, 32, 48);
    const sizes = fc.record({ batch: fc.integer({ min: 1, max: 2 }), input: channels, output: channels, side: fc.integer({ min: 1, max: 5 }) });
    await fc.assert(
      fc.asyncProperty(sizes, async (given) => {
        const inputs = inputsOf(given);
        await expectSameResult(await trace(block0(given), inputs), inputs);
      }),
      { numRuns: 12 },
    );
  });

  test('activations stay in blocks from the input to the outputs', async () => {
    const given = { batch: 1, input: 32, output: 16, side: 3 };
    const names = operators(await expectSameResult(await trace(block0(given), inputsOf(given)), inputsOf(given)));
    expect(names.filter((name) => name === 'blocked ReorderInput')).toHaveLength(1);
    // Features and RGB.
    expect(names.filter((name) => name === 'blocked ReorderOutput')).toHaveLength(2);
    // Two scale channels.
    expect(names.filter((name) => name === 'blocked Conv')).toHaveLength(9);
    expect(names.filter((name) => name === 'Conv' || name === 'DepthToSpace' || name === 'LeakyRelu')).toEqual([]);
  });

  test('large convolutions in half the products: with weights that are modulated, or constant, with and without an activation', async () => {
    const [channels, side] = [256, 32];
    const weight = tf.div(tensorOf(numbers([3, 3, channels, channels], 1)), channels);
    const [bias, factors] = [tensorOf(numbers([channels], 2)), tensorOf(numbers([channels, 1, 1, 1], 3))];
    const inputs = { x: numbers([2, side, side, channels], 4), style: numbers([1, channels], 5) };
    const graph = await trace(({ x, style }) => {
      const demodulated = tf.transpose(tf.mul(tf.mul(tf.transpose(modulated(weight, tf.mul(style as tf.Tensor, Math.SQRT2)), [3, 2, 0, 1]), factors), tf.sum(style as tf.Tensor)), [2, 3, 1, 0]);
      const first = tf.leakyRelu(tf.add(tf.conv2d(x as tf.Tensor4D, demodulated as tf.Tensor4D, 1, 'same'), bias), 0.2);
      return { y: tf.conv2d(first as tf.Tensor4D, weight as tf.Tensor4D, 1, 'same') };
    }, inputs);
    const names = operators(await expectSameResult(graph, inputs));
    // Six sums before, six convolutions, four sums after, for each of the two.
    expect(names.filter((name) => name === 'blocked Conv')).toHaveLength(2 * 16);
    expect(names.filter((name) => name === 'Conv' || name === 'LeakyRelu')).toEqual([]);
  });

  test('weights stored as float16', async () => {
    const given = { batch: 1, input: 16, output: 16, side: 2 };
    const graph = await trace(block0(given), inputsOf(given), { weights: 'float16' });
    expect(operators(await expectSameResult(graph, inputsOf(given)))).toContain('blocked Conv');
  });

  test('constant weights are left to ONNX Runtime: the file stays as it is', async () => {
    const weight = tensorOf(numbers([3, 3, 16, 16]));
    const graph = await trace(({ x }) => ({ y: tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, 1, 'same') }), { x: numbers([1, 4, 4, 16]) });
    expect(blockChannels(graph.bytes, 16)).toBe(graph.bytes);
  });
});

test('a runtime without channel blocks has none', async () => {
  const poor = { name: 'poor', open: (model: Uint8Array) => (readGraph(model).graph.nodes.some(({ domain }) => domain !== undefined) ? Promise.reject(new Error('unknown domain')) : runtime.open(model)) };
  expect(await channelBlock(poor)).toBeUndefined();
  expect(await channelBlock({ name: 'broken', open: () => Promise.reject(new Error('no file opens')) })).toBeUndefined();
});

test('what is no graph of plain nodes stays as it is', () => {
  const writer = new BinaryWriter();
  const nested = [7, 1, 5, 6];
  for (const field of nested) writer.tag(field, WireType.LengthDelimited).fork();
  for (const _ of nested) writer.join();
  const files = [Uint8Array.of(), Uint8Array.of(255, 255, 255), new TextEncoder().encode('no graph at all'), writer.finish()];
  for (const file of files) expect(blockChannels(file, 16)).toBe(file);
});
