import '@tensorflow/tfjs';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { pretrainingStage } from '../src/pretraining/pretraining-stage.ts';
import type { TrainingSet } from '../src/training/training-set.ts';
import { smallPretraining } from './pretraining-small-run.ts';

const SIZE = 8;
const PIXELS = SIZE * SIZE * 3;
const PHOTOS = 9;
const PNG_START = [0x89, 0x50, 0x4e, 0x47];

/** Photos in memory: photo n is grey of level 10 n. */
function greys(size = SIZE): TrainingSet {
  const numbers = Array.from({ length: PHOTOS }, (_, number) => number);
  return {
    dataset: {
      index: { size, count: PHOTOS, images: [] } as never,
      size,
      count: PHOTOS,
      checkLength: async () => undefined,
      numbersOf: () => numbers,
      read: async (wanted) => Uint8Array.from(wanted.flatMap((number) => Array.from({ length: PIXELS }, () => 10 * number))),
      close: async () => undefined,
    },
    training: numbers,
    targets: numbers,
    heldOut: [],
  };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
});

test('a stage loads what was planned, steps without leaking, packs everything, draws its sheet', async () => {
  const stage = pretrainingStage(smallPretraining(), greys());
  const plans = stage.plans();
  let state = await stage.start();
  const counts: number[] = [];
  for (let step = 0; step < 3; step += 1) {
    const plan = plans.next();
    const batch = await stage.load(plan);
    expect(batch.pixels[PIXELS]).toBe(10 * (plan.photos.indices[1] as number));
    const result = await stage.step(state, batch);
    state = result.state;
    expect(Object.values(result.terms).every(Number.isFinite)).toBe(true);
    counts.push(tf.memory().numTensors);
  }
  expect(counts[2]).toBe(counts[0]);
  expect((await stage.pack(state)).numbers['step']).toBe(3);
  const { png } = await stage.snapshot(state);
  expect([...png.subarray(0, PNG_START.length)]).toEqual(PNG_START);
  expect(tf.memory().numTensors).toBe(counts[0]);
});

test('counting the memory of a step leaves the state and no tensors behind; parts need less than the whole', async () => {
  const peaks: number[] = [];
  for (const parts of [1, 2]) {
    const stage = pretrainingStage(smallPretraining({ batch: 8, parts }), greys());
    const state = await stage.start();
    const batch = await stage.load(stage.plans().next());
    const [weights, tensors] = [await state.weights.generator.data(), tf.memory().numTensors];
    peaks.push(stage.memory?.(state, batch).peak ?? 0);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await state.weights.generator.data()).toEqual(weights);
    expect((await stage.step(state, batch)).state.step).toBe(1);
  }
  expect(peaks[1]).toBeLessThan(0.8 * (peaks[0] as number));
});

test('photos of another size than the generator draws are refused', () => {
  expect(() => pretrainingStage(smallPretraining(), greys(2 * SIZE))).toThrow(/16, the size of the dataset's images/);
});
