import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import '@tensorflow/tfjs';
import { flattenParameters } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { parametersOf } from '../src/model/flat-network.ts';
import { initialisePart } from '../src/model/initialise-weights.ts';
import { createModel } from '../src/model/swap-model.ts';
import { drawsOfPart, rowsOfPart } from '../src/pretraining/batch-parts.ts';
import { drawPretraining, pretrainingInputs } from '../src/pretraining/draw-pretraining.ts';
import { packPretraining, restorePretrainingModel, unpackPretraining } from '../src/pretraining/pack-pretraining.ts';
import { ratesBeside } from '../src/pretraining/lazy-regularisation.ts';
import { createPretrainingModel, generateFaces } from '../src/pretraining/pretraining-model.ts';
import type { PretrainingState } from '../src/pretraining/pretraining-state.ts';
import { pretrainingStep } from '../src/pretraining/pretraining-step.ts';
import { readCheckpoint } from '../src/run/checkpoint-file.ts';
import { checkpointPath, saveCheckpoint } from '../src/run/checkpoint-store.ts';
import type { Checkpoint } from '../src/run/checkpoint-file.ts';
import type { PackedState } from '../src/run/stage.ts';
import { openSmall, smallInputs, smallPlans, smallPretraining, takeSteps } from './pretraining-small-run.ts';
import type { SmallChanges } from './pretraining-small-run.ts';
import { smallConfig } from './small-run.ts';

beforeAll(() => tf.setBackend('cpu'));

const numbers = async (tensor: tf.Tensor): Promise<number[]> => Array.from(await tensor.data());

describe('pretrainingStep', () => {
  test('every term is reported by name, the regularisers at their intervals', async () => {
    const { run, state } = openSmall(smallPretraining());
    const { terms } = takeSteps(run, state, 2);
    const always = ['augmentProbability', 'discriminator', 'fakeLogit', 'generator', 'realLogit', 'realSigns'];
    expect(Object.keys(terms[0] ?? {}).toSorted()).toEqual([...always, 'pathLength', 'pathLengthMean', 'r1'].toSorted());
    expect(Object.keys(terms[1] ?? {}).toSorted()).toEqual(always);
    expect(Object.values(terms[0] ?? {}).every(Number.isFinite)).toBe(true);
  });

  test('the discriminator learns: bright photos are soon told from the first fakes', async () => {
    const bright = tf.add(tf.randomUniform([8, 8, 8, 3], -0.2, 0.2, 'float32', 5), 0.7);
    const quiet = { objective: { r1Gamma: 0.01, pathLengthWeight: 0 }, optimiser: { generatorRate: 1e-6, discriminatorRate: 0.02 } };
    const { run, state } = openSmall(smallPretraining(quiet), bright);
    const { terms } = takeSteps(run, state, 7);
    const [first, last] = [terms[0], terms.at(-1)];
    expect(last?.['discriminator']).toBeLessThan(0.6 * (first?.['discriminator'] as number));
    expect(last?.['realLogit']).toBeGreaterThan(last?.['fakeLogit'] as number);
  });

  test('the generator learns: against a still discriminator its loss falls', async () => {
    const still = { objective: { r1Gamma: 0, pathLengthWeight: 0 }, optimiser: { generatorRate: 0.02, discriminatorRate: 1e-9 } };
    const { run, state } = openSmall(smallPretraining(still));
    const { terms } = takeSteps(run, state, 6);
    expect(terms.at(-1)?.['generator']).toBeLessThan(terms[0]?.['generator'] as number);
  });

  test('a step leaks no tensors, with all that may happen in it', async () => {
    const { run, state } = openSmall(smallPretraining({ augmentation: { mode: 'fixed', probability: 0.7 } }));
    const first = takeSteps(run, state, 1);
    const before = tf.memory().numTensors;
    takeSteps(run, first.state, 3);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('law: with recomputation the terms are the same, R1 and path lengths within float32 rounding', () => {
    const [plain, lean] = [undefined, { from: 4 }].map((recompute) => {
      const { run, state } = openSmall({ ...smallPretraining(), recompute });
      return takeSteps(run, state, 1).terms[0] as Record<string, number>;
    }) as [Record<string, number>, Record<string, number>];
    for (const [name, value] of Object.entries(plain)) expect(lean[name], name).toBeCloseTo(value, 5);
  });

  test('law: the same inputs give the same step', async () => {
    const config = smallPretraining({ augmentation: { mode: 'fixed', probability: 0.5 } });
    const ends = await Promise.all([0, 1].map(async () => {
      const { run, state } = openSmall(config);
      return numbers(takeSteps(run, state, 2).state.weights.generator);
    }));
    expect(ends[0]).toEqual(ends[1]);
  });

  test('joint regularisation is one optimiser step, separate two; both report the same terms at the first step', async () => {
    const [joint, separate] = (['joint', 'separate'] as const).map((regularisation) => {
      const { run, state } = openSmall(smallPretraining({ optimiser: { regularisation } }));
      return takeSteps(run, state, 1);
    });
    expect([joint?.state.generatorAdam.updates, joint?.state.discriminatorAdam.updates]).toEqual([1, 1]);
    expect([separate?.state.generatorAdam.updates, separate?.state.discriminatorAdam.updates]).toEqual([2, 2]);
    expect(separate?.terms[0]?.['generator']).toBe(joint?.terms[0]?.['generator']);
  });

  /** The first step of a small run, its batch of 8 in so many parts. */
  function firstStep(parts: number, objective: SmallChanges['objective']) {
    const { run, state } = openSmall(smallPretraining({ batch: 8, parts, augmentation: { mode: 'fixed', probability: 0.5 }, objective: { styleMixing: 1, ...objective } }));
    const { config, model } = run.context;
    const { seed, photos } = run.plans.next();
    const draws = drawPretraining(seed, { config, table: model.table }, { step: 0, probability: 0.5 });
    const inputs = Array.from({ length: parts }, (_, part) =>
      pretrainingInputs(tf.gather(run.photos, rowsOfPart(config, part).map((row) => photos.indices[row] as number)), drawsOfPart(draws, config, part)));
    return pretrainingStep(run.context, state, inputs);
  }

  test('law: the batch in parts gives the gradients of the whole, groups of the discriminator and R1 included', async () => {
    const [whole, halves] = [firstStep(1, { pathLengthWeight: 0 }), firstStep(2, { pathLengthWeight: 0 })];
    expect(Object.keys(halves.terms)).toEqual(Object.keys(whole.terms));
    for (const [name, value] of Object.entries(whole.terms)) expect(halves.terms[name], name).toBeCloseTo(value, 5);
    // Without a first decay, Adam's first moment is the gradient of the last update: of R1 for the discriminator.
    for (const side of ['generatorAdam', 'discriminatorAdam'] as const) {
      const [wanted, parted] = [await numbers(whole.state[side].first), await numbers(halves.state[side].first)];
      const largest = Math.max(...wanted.map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      expect(Math.max(...wanted.map((value, index) => Math.abs(value - (parted[index] as number)))) / largest, side).toBeLessThan(1e-4);
    }
    expect(Math.max(...(await numbers(tf.abs(tf.sub(whole.state.latentMean, halves.state.latentMean)))))).toBeLessThan(1e-6);
  });

  test('path lengths in parts have the mean of the whole', () => {
    const [whole, halves] = [firstStep(1, { pathLengthShrink: 2 }), firstStep(2, { pathLengthShrink: 2 })];
    expect(halves.state.pathLengthMean).toBeCloseTo(whole.state.pathLengthMean, 6);
    expect(halves.terms['pathLength']).toBeCloseTo(whole.terms['pathLength'] as number, 1);
  });

  test('gradients pass through the hook that averages over processes', async () => {
    const { run, state } = openSmall(smallPretraining({ objective: { r1Gamma: 0, pathLengthWeight: 0 } }));
    const before = await numbers(state.weights.generator);
    const inputs = smallInputs(run, state);
    const sizes: number[] = [];
    const allReduceMean = (flat: tf.Tensor): tf.Tensor => {
      sizes.push(flat.size);
      return tf.zerosLike(flat);
    };
    const { state: after } = pretrainingStep({ ...run.context, allReduceMean }, state, [inputs]);
    const { generator, discriminator } = run.context.model;
    expect(sizes).toEqual([generator.layout.total, discriminator.layout.total]);
    expect(await numbers(after.weights.generator)).toEqual(before);
  });

  test('verdicts that are not numbers show in the terms and do not move the augmentation', async () => {
    const { run, state } = openSmall(smallPretraining({ objective: { r1Gamma: 0, pathLengthWeight: 0 } }));
    const inputs = smallInputs(run, state);
    const real = tf.mul(inputs.real, Number.NaN);
    const { state: after, terms } = pretrainingStep(run.context, state, [{ ...inputs, real }]);
    expect(terms['realLogit']).toBeNaN();
    expect(after.augmentation.probability).toBe(0);
  });
});

test('rates beside a separate regulariser are those of StyleGAN2', () => {
  const optimiser = { beta1: 0, beta2: 0.99, regularisation: 'separate' } as const;
  const rates = ratesBeside(optimiser, 0.002, 16);
  // facts: 0.002 * 16/17 and 0.99^(16/17).
  expect([rates.rate, rates.beta2]).toEqual([expect.closeTo(0.00188235, 8), expect.closeTo(0.990585, 6)]);
  expect(ratesBeside({ ...optimiser, regularisation: 'joint' }, 0.002, 16)).toEqual({ rate: 0.002, beta1: 0, beta2: 0.99 });
  expect(ratesBeside(optimiser, 0.002, 0).rate).toBe(0.002);
});

async function saved(packed: PackedState): Promise<Checkpoint> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-pretrain-'));
  await saveCheckpoint(folder, { packed, step: packed.numbers['step'] as number, stream: [1, 2, 3, 4], config: '{}' });
  return readCheckpoint(checkpointPath(folder, packed.numbers['step'] as number));
}

describe('state', () => {
  test('law: saved to a file and restored, training goes on bit for bit', async () => {
    const config = smallPretraining({ augmentation: { probability: 0.5, interval: 2 } });
    const { run, state } = openSmall(config);
    const middle = takeSteps(run, state, 2).state;
    const place = run.plans.state();
    const checkpoint = await saved(packPretraining(run.context.model, middle));
    const straight = takeSteps(run, middle, 2).state;
    // Another seed: everything must come from the file.
    const fresh = createPretrainingModel({ ...config, seed: 99 });
    const model = restorePretrainingModel(fresh.model, checkpoint.tensors);
    const resumedRun = { ...run, context: { config, model }, plans: smallPlans(config, 8, place) };
    const resumed = takeSteps(resumedRun, unpackPretraining(model, checkpoint), 2).state;
    await expectEqualStates(resumed, straight);
  });

  test('a checkpoint of other sizes is refused with the tensor named', async () => {
    const { run, state } = openSmall(smallPretraining());
    const checkpoint = await saved(packPretraining(run.context.model, state));
    const other = createPretrainingModel(smallPretraining({ size: 16 })).model;
    expect(() => unpackPretraining(other, checkpoint)).toThrow(/generator\.convs\.b16/);
    expect(() => unpackPretraining(run.context.model, { ...checkpoint, numbers: { step: 1 } })).toThrow(/a number pathLengthMean/);
  });

  test('MFIM training starts its generator and its discriminator from such a file', async () => {
    const config = smallConfig();
    const { channels, resolution } = config.generator;
    const base = smallPretraining({ size: resolution });
    const { run, state } = openSmall({ ...base, generator: { ...base.generator, channels }, discriminator: config.discriminator });
    const { file } = await saved(packPretraining(run.context.model, state));
    const { model, weights } = createModel(config);
    const swapper = await initialisePart(model.swapper.layout, weights.swapper, { part: 'generator.', file });
    const discriminator = await initialisePart(model.discriminator.layout, weights.discriminator, { part: '', file });
    const wanted = parametersOf(run.context.model.generator, state.average).generator;
    const { generator } = parametersOf(model.swapper, swapper);
    for (const [name, tensor] of flattenParameters(wanted as never)) {
      // Stored noise is a buffer; MFIM's style maps stand in its place.
      if (!name.endsWith('.noise')) expect(await numbers(flattenParameters(generator as never).get(name) as tf.Tensor)).toEqual(await numbers(tensor));
    }
    expect(await numbers(discriminator)).toEqual(await numbers(state.weights.discriminator));
  });
});

async function expectEqualStates(actual: PretrainingState, wanted: PretrainingState): Promise<void> {
  const tensorsOf = (state: PretrainingState) => [
    state.weights.generator, state.weights.discriminator, state.average, state.latentMean,
    state.generatorAdam.first, state.generatorAdam.second, state.discriminatorAdam.second,
  ];
  for (const [index, tensor] of tensorsOf(actual).entries()) {
    expect(await numbers(tensor)).toEqual(await numbers(tensorsOf(wanted)[index] as tf.Tensor));
  }
  const plain = ({ step, pathLengthMean, augmentation }: PretrainingState) => ({ step, pathLengthMean, augmentation });
  expect(plain(actual)).toEqual(plain(wanted));
}

test('the mean latent and the average follow the generator', async () => {
  const { run, state } = openSmall(smallPretraining({ optimiser: { latentMeanDecay: 0, averageRampUp: 1e-9 } }));
  const inputs = smallInputs(run, state);
  const seen = generateFaces(run.context.model, state.weights.generator, inputs.generator.latents).w;
  const expected = await numbers(tf.mean(seen, 0));
  const { state: after } = pretrainingStep(run.context, state, [inputs]);
  expect(await numbers(after.latentMean)).toEqual(expected);
  expect(await numbers(after.average)).toEqual(await numbers(after.weights.generator));
});
