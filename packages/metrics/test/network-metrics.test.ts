import '@tensorflow/tfjs';
import { InputError } from '@mfim/tensor-contracts';
import type { CoefficientRegressor, IdentityEmbedder } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRICS, coefficientMetric, identityCosine, identityRetrieval, metricNamed, report, summarise } from '../src/index.ts';
import type { ImagePair } from '../src/index.ts';

beforeAll(() => tf.setBackend('cpu'));

/** The first pixel's colour as a unit vector. */
const embedder: IdentityEmbedder<tf.Tensor> = {
  name: 'colour',
  embed: (face) => {
    const colour = tf.reshape(tf.slice(face, [0, 0, 0, 0], [-1, 1, 1, 3]), [-1, 3]);
    return tf.div(colour, tf.norm(colour, 2, -1, true));
  },
};

/** The mean colour, scaled by group. */
const regressor: CoefficientRegressor<tf.Tensor> = {
  name: 'mean',
  regress: (face) => {
    const mean = tf.mean(face, [1, 2]);
    return { shape: mean, pose: tf.mul(mean, 2), expression: tf.mul(mean, 3) };
  },
};

const plain = (...colour: [number, number, number]): tf.Tensor => tf.tile(tf.tensor(colour, [1, 1, 1, 3]), [1, 16, 16, 1]);

describe('metrics that need a network', () => {
  test('identity cosine: 1 for the same face, the cosine otherwise', async () => {
    const metric = identityCosine(embedder);
    expect(metric.name).toBe('identity-cosine/colour');
    expect(await metric.measure(plain(1, 0, 0), plain(0.5, 0, 0))).toBeCloseTo(1, 6);
    expect(await metric.measure(plain(1, 0, 0), plain(0.6, 0.8, 0))).toBeCloseTo(0.6, 6);
  });

  test.each([
    ['shape', 5],
    ['pose', 10],
    ['expression', 15],
  ] as const)('%s: the L2 distance of its group', async (group, distance) => {
    const metric = coefficientMetric(regressor, group);
    expect(await metric.measure(plain(3, 0, 0), plain(0, 4, 0))).toBeCloseTo(distance, 4);
    expect(await metric.measure(plain(3, 0, 0), plain(3, 0, 0))).toBe(0);
  });

  test('retrieval: the share of swaps whose nearest source is their own', async () => {
    const sources = tf.tensor2d([[1, 0], [0, 1], [-1, 0], [0, -1]]);
    const swapped = tf.tensor2d([[0.9, 0.4], [0.4, 0.9], [0.9, 0.4], [0.1, -0.9]]);
    expect(await identityRetrieval(swapped, sources)).toBe(0.75);
    expect(await identityRetrieval(sources, sources)).toBe(1);
    await expect(identityRetrieval(tf.slice(swapped, 1), sources)).rejects.toThrow('count');
  });
});

describe('registry', () => {
  test('every entry makes a metric with the direction that it states, or names the network it needs', () => {
    for (const [name, entry] of Object.entries(METRICS)) {
      if ('needs' in entry) expect(() => metricNamed(name)).toThrow(`'${entry.needs}'`);
      else expect(metricNamed(name).better).toBe(entry.better);
    }
    for (const name of ['identity', 'shape', 'pose', 'expression'] as const) {
      expect(metricNamed(name, { embedder, regressor }).better).toBe(METRICS[name].better);
    }
  });

  test.each(['fid2', 'toString', '__proto__'])('refuses the name %s and lists the others', (name) => {
    expect(() => metricNamed(name)).toThrow(InputError);
    expect(() => metricNamed(name)).toThrow('identity, shape');
  });
});

async function* pairs(): AsyncGenerator<ImagePair> {
  yield { first: plain(0, 0, 0), second: plain(0.3, 0.3, 0.3) };
  yield { first: plain(0, 0, 0), second: plain(0.6, 0.6, 0.6) };
}

describe('report', () => {
  test('one line a metric: mean, deviation, count', async () => {
    const [l1, ssim] = await report([metricNamed('l1'), metricNamed('ssim')], pairs());
    expect(l1).toMatchObject({ name: 'l1', better: 'lower', count: 2 });
    expect(l1!.mean).toBeCloseTo(0.45, 6);
    expect(l1!.deviation).toBeCloseTo(0.3 / Math.SQRT2, 6);
    expect(ssim!.values).toHaveLength(2);
  });

  test('no pairs, or NaN, are refused', async () => {
    await expect(report([metricNamed('l1')], [])).rejects.toThrow('at least one pair');
    const broken = { first: plain(Number.NaN, 0, 0), second: plain(0, 0, 0) };
    await expect(report([metricNamed('l1')], [broken])).rejects.toThrow('1 NaN of 1');
  });

  test('summarise', () => {
    expect(summarise([2])).toEqual({ mean: 2, deviation: 0, count: 1 });
    expect(summarise([1, 2, 3]).deviation).toBeCloseTo(1, 12);
  });
});
