import '@tensorflow/tfjs';
import type { SpecTree } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FlatNetwork } from '../src/model/flat-network.ts';
import { createModel } from '../src/model/swap-model.ts';
import { drawPretraining, pretrainingPlans } from '../src/pretraining/draw-pretraining.ts';
import { PRETRAINING_SCHEMA } from '../src/pretraining/pretraining-config.ts';
import { createPretrainingModel, generateFaces, generateTruncated } from '../src/pretraining/pretraining-model.ts';
import { sampleSheet } from '../src/pretraining/sample-sheet.ts';
import { exampleDocument, openSmall, smallInputs, smallPretraining } from './pretraining-small-run.ts';
import { smallConfig } from './small-run.ts';

beforeAll(() => tf.setBackend('cpu'));

const largest = (tensor: tf.Tensor): number => tf.max(tf.abs(tensor)).dataSync()[0] as number;

describe('config', () => {
  test('the committed example is valid', () => {
    expect(PRETRAINING_SCHEMA.safeParse(exampleDocument()).success).toBe(true);
  });

  test.each([
    ['an unknown key', { colour: 1 }, /colour/],
    ['a batch that the discriminator cannot group', { batch: 6 }, /multiple of it/],
    ['more shrinking than batch', { batch: 1 }, /at most the batch/],
    ['a resolution that is no power of two', { generator: { ...(exampleDocument()['generator'] as object), resolution: 48 } }, /power of two/],
    ['an engine that does not exist', { engine: 'abacus' }, /engine/],
  ])('%s is refused', (_, change, message) => {
    const result = PRETRAINING_SCHEMA.safeParse({ ...exampleDocument(), ...change });
    expect(JSON.stringify(result.error?.issues)).toMatch(message);
  });
});

describe('generateFaces', () => {
  const { model, weights } = createPretrainingModel(smallPretraining({ noise: 'stored' }));
  const [first, second] = [1, 2].map((seed) => tf.randomNormal([2, 5], 0, 1, 'float32', seed)) as [tf.Tensor, tf.Tensor];

  test('law: mixing from the end is no mixing; mixing from the start is the other face', () => {
    const face = generateFaces(model, weights.generator, { first, crossover: model.table.latentCount }).image;
    const late = generateFaces(model, weights.generator, { first, second, crossover: model.table.latentCount }).image;
    const early = generateFaces(model, weights.generator, { first, second, crossover: 0 }).image;
    const other = generateFaces(model, weights.generator, { first: second, crossover: 0 }).image;
    expect(face.shape).toEqual([2, 8, 8, 3]);
    expect(largest(tf.sub(late, face))).toBe(0);
    expect(largest(tf.sub(early, other))).toBe(0);
    expect(largest(tf.sub(early, face))).toBeGreaterThan(0.01);
  });

  test('law: truncation 0 draws one face, 1 leaves the latents alone', () => {
    const mean = tf.zeros([5]);
    const none = generateTruncated(model, weights.generator, { latents: first, mean, truncation: 0 });
    expect(largest(tf.sub(tf.slice(none, 0, 1), tf.slice(none, 1, 1)))).toBeLessThan(1e-6);
    const all = generateTruncated(model, weights.generator, { latents: first, mean, truncation: 1 });
    expect(largest(tf.sub(all, generateFaces(model, weights.generator, { first, crossover: 0 }).image))).toBeLessThan(1e-6);
  });
});

describe('sampleSheet', () => {
  test('is a PNG of the asked size, the same each time', async () => {
    const { model, weights } = createPretrainingModel(smallPretraining());
    const request = { flat: weights.generator, mean: tf.zeros([5]), seed: 4, rows: 2, columns: 3, truncation: 0.7 };
    const before = tf.memory().numTensors;
    const sheet = await sampleSheet(model, request);
    expect(tf.memory().numTensors).toBe(before);
    const { width, height, channels } = await sharp(sheet).metadata();
    expect([width, height, channels]).toEqual([24, 16, 3]);
    expect(await sampleSheet(model, request)).toEqual(sheet);
  });
});

test('law: the synthesis network has the names and shapes of the swapper\'s generator, parameters and buffers alike', () => {
  const config = smallConfig();
  const base = smallPretraining({ size: config.generator.resolution });
  const { generator } = createPretrainingModel({ ...base, generator: { ...base.generator, channels: config.generator.channels } }).model;
  const { swapper } = createModel(config).model;
  const shared = ({ layout, buffers }: FlatNetwork<SpecTree>) => ({
    parameters: layout.names.map((name, index) => [name, layout.shapes[index]] as const).filter(([name]) => name.startsWith('generator.')),
    buffers: [...buffers].map(([name, { shape }]) => [name, shape] as const).filter(([name]) => name.startsWith('generator.')),
  });
  expect(shared(generator).parameters.length).toBeGreaterThan(0);
  expect(shared(generator)).toEqual(shared(swapper));
});

test('the draws of a step: photos of the list, latents, path length where it is due', () => {
  const { run, state } = openSmall(smallPretraining());
  const inputs = smallInputs(run, state);
  expect(inputs.real.shape).toEqual([4, 8, 8, 3]);
  expect(inputs.generator.latents.first.shape).toEqual([4, 5]);
  expect(inputs.generator.latents.noise?.map(({ shape }) => shape)).toEqual([[4, 4, 4, 1], [4, 8, 8, 1], [4, 8, 8, 1]]);
  expect(inputs.pathLength?.imageNoise.shape).toEqual([2, 8, 8, 3]);
  expect(smallInputs(run, { ...state, step: 1 }).pathLength).toBeUndefined();
});

test('latents are mixed as often as the config says', () => {
  const { run } = openSmall(smallPretraining({ objective: { styleMixing: 0.7, pathLengthWeight: 0 } }));
  const { config, model: { table } } = run.context;
  const times = 1500;
  const mixed = Array.from({ length: times }, () => drawPretraining(run.plans.next().seed, { config, table }, { step: 1, probability: 0 })).filter(({ generator }) => generator.latents.second.length > 0);
  // Four standard deviations of a share of 1500 draws.
  expect(Math.abs(mixed.length / times - 0.7)).toBeLessThan(0.05);
});

test('law: plans go on from their state, draw listed photos only, and mirror none when told so', () => {
  const config = { batch: 8, mirror: false };
  fc.assert(fc.property(fc.integer(), fc.nat({ max: 5 }), (seed, before) => {
    const first = pretrainingPlans(config, [3, 7, 11], seed);
    for (let step = 0; step < before; step += 1) first.next();
    const second = pretrainingPlans(config, [3, 7, 11], first.state());
    const plan = second.next();
    expect(first.next()).toEqual(plan);
    expect(plan.photos.indices.every((index) => [3, 7, 11].includes(index))).toBe(true);
    expect(plan.photos.mirrored).not.toContain(true);
  }));
});
