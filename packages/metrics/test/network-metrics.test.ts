import '@tensorflow/tfjs';
import { FaceError, InputError } from '@mfim/tensor-contracts';
import type { CoefficientRegressor, IdentityEmbedder } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRICS, coefficientJudge, coefficientMetric, identityCosine, identityRetrieval, metricNamed, report, summarise } from '../src/index.ts';
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

/** Doubts what is dark. */
const doubting: CoefficientRegressor<tf.Tensor> = {
  name: 'doubting',
  regress: (face) => ({ ...regressor.regress(face), confidence: tf.reshape(tf.sigmoid(tf.mean(face)), [1, 1]) }),
};

const coefficients = coefficientJudge(regressor);

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
    const metric = coefficientMetric(coefficients, group);
    expect(await metric.measure(plain(3, 0, 0), plain(0, 4, 0))).toBeCloseTo(distance, 4);
    expect(await metric.measure(plain(3, 0, 0), plain(3, 0, 0))).toBe(0);
  });

  test('a face that the regressor doubts has no distance; an image with NaN, or widths that differ, are the caller\'s to mend', async () => {
    const metric = coefficientMetric(coefficientJudge(doubting), 'pose');
    expect(await metric.measure(plain(1, 1, 1), plain(0, 0, 0))).toBeGreaterThan(0);
    await expect(metric.measure(plain(1, 1, 1), plain(-1, -1, -1))).rejects.toThrow(FaceError);
    await expect(metric.measure(plain(1, 1, 1), plain(-1, -1, -1))).rejects.toThrow('0.27 for the second');
    const broken = metric.measure(plain(1, Number.NaN, 1), plain(1, 1, 1));
    await expect(broken).rejects.toThrow(InputError);
    await expect(broken).rejects.not.toThrow(FaceError);
    const growing = { name: 'growing', judge: async (face: tf.Tensor) => ({ shape: face.dataSync()[0] === 1 ? [1] : [1, 2], pose: [], expression: [] }) };
    await expect(coefficientMetric(growing, 'shape').measure(plain(1, 1, 1), plain(0, 0, 0))).rejects.toThrow('one model');
    await expect(metric.measure(plain(1, 1, 1), tf.zeros([1, 8, 8, 3]))).rejects.toThrow(InputError);
  });

  test('the three distances of a pair take one look at each face', async () => {
    const before = tf.memory().numTensors;
    let looks = 0;
    const judge = coefficientJudge({ ...regressor, regress: (face) => { looks += 1; return regressor.regress(face); } });
    const [first, second] = [plain(1, 0, 0), plain(0, 1, 0)];
    for (const name of ['shape', 'pose', 'expression']) await metricNamed(name, { coefficients: judge }).measure(first, second);
    expect(looks).toBe(2);
    tf.dispose([first, second]);
    // `plain` leaves the two tensors that it tiles.
    expect(tf.memory().numTensors).toBe(before + 2);
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
      expect(metricNamed(name, { embedder, coefficients }).better).toBe(METRICS[name].better);
    }
  });

  test.each(['fid2', 'toString', '__proto__'])('refuses the name %s and lists the others', (name) => {
    expect(() => metricNamed(name)).toThrow(InputError);
    expect(() => metricNamed(name)).toThrow('identity, shape');
  });
});

test('report leaves out what is doubted and counts it; nothing but doubt is an error', async () => {
  const metric = metricNamed('shape', { coefficients: coefficientJudge(doubting) });
  const pairsOf = (...light: number[]): ImagePair[] => light.map((value) => ({ first: plain(1, 1, 1), second: plain(value, value, value) }));
  const [row] = await report([metric], pairsOf(0.5, -1, 0));
  expect(row).toMatchObject({ count: 2, doubted: 1 });
  expect(row!.mean).toBeCloseTo(0.75 * Math.sqrt(3), 5);
  await expect(report([metric], pairsOf(-1, -0.5))).rejects.toThrow(FaceError);
  await expect(report([metric], pairsOf(Number.NaN))).rejects.not.toThrow(FaceError);
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
