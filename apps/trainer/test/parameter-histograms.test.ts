/** What TensorBoard is shown of the parameters: by layer, at a bounded cost. */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { MOST_NUMBERS, layerValues } from '../src/run/parameter-histograms.ts';
import type { FlatBucket } from '../src/run/stage.ts';

beforeAll(() => tf.setBackend('cpu'));

function bucket(sizes: Readonly<Record<string, number>>, numbers: readonly number[], shown?: FlatBucket['shown']): FlatBucket {
  const layout = { names: Object.keys(sizes), sizes: Object.values(sizes), shapes: Object.values(sizes).map((size) => [size]), total: numbers.length };
  return { prefix: 'x.', layout, flat: tf.tensor1d(numbers.slice()), ...(shown === undefined ? {} : { shown }) };
}

const weights = { as: 'weights', network: 'swapper' } as const;

test('a layer is a name without its last part; its parameters stand together, wherever they lie', async () => {
  const sizes = { 'stem.conv': 2, 'stem.norm.scale': 1, 'stem.slope': 1, 'encoder.body.units.s0_u0.norm0.scale': 1, 'encoder.body.units.s0_u0.conv0': 1, constant: 1 };
  const found = await layerValues([bucket(sizes, [1, 2, 3, 4, 5, 6, 7], weights), bucket(sizes, [0, 0, 0, 0, 0, 0, 0])]);
  expect(found.map(({ tag, values }) => [tag, [...values]])).toEqual([
    ['weights-swapper/stem', [1, 2, 4]],
    ['weights-swapper/stem.norm', [3]],
    ['weights-swapper/encoder.body.units.s0_u0', [5, 6]],
    ['weights-swapper/constant', [7]],
  ]);
});

test('second moments are shown as decades of the gradient; a layer that never had one is left out', async () => {
  const found = await layerValues([bucket({ 'a.weight': 3, 'b.weight': 2 }, [1, 1e-4, 0, 0, 0], { as: 'second moment', network: 'discriminator' })]);
  expect(found.map(({ tag }) => tag)).toEqual(['gradient-log10-discriminator/a']);
  expect([...(found[0]?.values ?? [])]).toEqual([0, expect.closeTo(-2, 5)]);
});

test('of a large layer every so many numbers are read, at every place of a channel axis; nothing is left behind', async () => {
  const channels = 512;
  const count = channels * 160;
  const large = bucket({ 'a.weight': count }, Array.from({ length: count }, (_, index) => index % channels), weights);
  const tensors = tf.memory().numTensors;
  const [found] = await layerValues([large]);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(found?.values.length).toBeLessThanOrEqual(MOST_NUMBERS);
  expect(found?.values.length).toBeGreaterThan(MOST_NUMBERS / 2);
  expect(new Set(found?.values).size).toBe(channels);
});
