/** Two files as one give what the second gives of what the first gives. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { joinGraphs } from '../src/channel-blocks.ts';
import { traceToOnnx } from '../src/index.ts';
import type { TracedGraph } from '../src/index.ts';
import type { TracedFunction } from '../src/recording/record-function.ts';
import { numbers, relativeError, runOnnx } from './run-onnx.ts';

beforeAll(() => tf.setBackend('cpu'));

const weight = (shape: number[], seed: number): tf.Tensor => tf.tensor(numbers(shape, seed).data, shape);
const LINKS = { features: 'previous', rgb: 'below' };

async function trace(fn: TracedFunction, shapes: Record<string, number[]>): Promise<TracedGraph> {
  return traceToOnnx(fn, { name: 'part', inputs: Object.entries(shapes).map(([name, shape]) => ({ name, shape })) });
}

/** Both read the codes; both have an output `rgb`; the names of what is in between are alike. */
async function parts(side: number, channels: number): Promise<readonly [TracedGraph, TracedGraph, TracedGraph]> {
  const filters = [weight([3, 3, channels, channels], 1), weight([1, 1, channels, channels], 2)];
  const lower: TracedFunction = ({ x, codes }) => {
    const features = tf.leakyRelu(tf.conv2d(tf.mul(x as tf.Tensor4D, tf.sum(codes as tf.Tensor)) as tf.Tensor4D, filters[0] as tf.Tensor4D, 1, 'same'), 0.2);
    return { features, rgb: tf.tanh(features) };
  };
  const upper: TracedFunction = ({ previous, below, codes, map }) => ({
    rgb: tf.add(tf.mul(tf.conv2d(previous as tf.Tensor4D, filters[1] as tf.Tensor4D, 1, 'same'), tf.mean(codes as tf.Tensor)), tf.add(below as tf.Tensor, map as tf.Tensor)),
  });
  const image = [1, side, side, channels];
  const whole: TracedFunction = (inputs) => {
    const { features, rgb } = lower(inputs) as Record<string, tf.Tensor>;
    return upper({ ...inputs, previous: features as tf.Tensor, below: rgb as tf.Tensor });
  };
  return [
    await trace(lower, { x: image, codes: [1, 4] }),
    await trace(upper, { previous: image, below: image, codes: [1, 4], map: [1, side, side, 1] }),
    await trace(whole, { x: image, codes: [1, 4], map: [1, side, side, 1] }),
  ];
}

test('law: joined files compute the composition', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), async (side, channels) => {
      const [lower, upper, whole] = await parts(side, channels);
      const bytes = joinGraphs(lower.bytes, upper.bytes, LINKS) as Uint8Array;
      const inputs = { x: numbers([1, side, side, channels], 3), codes: numbers([1, 4], 4), map: numbers([1, side, side, 1], 5) };
      const [expected, got] = [await runOnnx(whole, inputs), await runOnnx({ ...whole, bytes }, inputs)];
      expect(Object.keys(got)).toEqual(['rgb']);
      expect(got['rgb']?.shape).toEqual(expected['rgb']?.shape);
      expect(relativeError(expected['rgb']?.data ?? [], got['rgb']?.data ?? [])).toBeLessThan(1e-5);
    }),
    { numRuns: 8 },
  );
});

test('files that do not fit together are not joined', async () => {
  const [lower, upper] = await parts(2, 2);
  expect(joinGraphs(lower.bytes, upper.bytes, { features: 'nobody' })).toBeUndefined();
  expect(joinGraphs(upper.bytes, lower.bytes, LINKS)).toBeUndefined();
  expect(joinGraphs(lower.bytes, new TextEncoder().encode('no graph at all'), LINKS)).toBeUndefined();
  const inTwoDialects = Uint8Array.from([...upper.bytes, 8, 9]);
  expect(joinGraphs(lower.bytes, inTwoDialects, LINKS)).toBeUndefined();
});
