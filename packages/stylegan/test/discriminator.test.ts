import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { initialParameters, seededNormal } from '@mfim/nn';
import { expect, test } from 'vitest';
import { discriminate, discriminatorSpec } from '../src/index.ts';

const PLAN = { base: 64, maximum: 8 };
const RESOLUTION = 16;

test('law: several batches in one pass have the verdicts that they have on their own, and not those of one batch', async () => {
  const parameters = initialParameters(discriminatorSpec(RESOLUTION, PLAN), seededNormal(1));
  const images = [2, 3].map((seed) => tf.tensor(seededNormal(seed)(8 * RESOLUTION * RESOLUTION * 3), [8, RESOLUTION, RESOLUTION, 3]));
  const alone = tf.concat(images.map((image) => discriminate(parameters, image)));
  const together = discriminate(parameters, tf.concat(images), { batches: 2 });
  const mixed = discriminate(parameters, tf.concat(images));
  const difference = async (other: tf.Tensor) => (await tf.max(tf.abs(tf.sub(alone, other))).data())[0] as number;
  expect(await difference(together)).toBeLessThan(1e-5);
  expect(await difference(mixed)).toBeGreaterThan(1e-3);
});
