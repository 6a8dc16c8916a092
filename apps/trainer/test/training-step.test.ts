import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCheckpoint, restoreModel, restoreState, saveCheckpoint } from '../src/checkpoint/save-checkpoint.ts';
import { createModel, probeFaces } from '../src/model/swap-model.ts';
import { calibrateSwapper } from '../src/training/calibrate-swapper.ts';
import { startState } from '../src/training/training-state.ts';
import type { TrainingState } from '../src/training/training-state.ts';
import { trainingStep } from '../src/training/training-step.ts';
import type { StepContext, StepInputs } from '../src/training/training-step.ts';
import { SIZE, smallConfig, smallContext } from './small-run.ts';

beforeAll(() => tf.setBackend('cpu'));

function steps(count: number, start: TrainingState, run: { context: StepContext; inputs: StepInputs }) {
  let state = start;
  const terms = [];
  for (let step = 0; step < count; step += 1) {
    const result = trainingStep(run.context, state, run.inputs);
    state = result.state;
    terms.push(result.terms);
  }
  return { state, terms };
}

/** The swapper's parameters by name. */
function flatten({ model }: StepContext, values: ArrayLike<number>): Record<string, number[]> {
  const { names, sizes } = model.swapper.layout;
  let offset = 0;
  return Object.fromEntries(names.map((name, index) => {
    offset += sizes[index] as number;
    return [name, Array.from(values).slice(offset - (sizes[index] as number), offset)];
  }));
}

describe('trainingStep', () => {
  test('every term is logged by name, R1 at its interval', () => {
    const { context, weights, inputs } = smallContext(smallConfig());
    const { terms } = steps(2, startState(weights), { context, inputs });
    expect(Object.keys(terms[0] ?? {}).toSorted()).toEqual(['adversarial', 'discriminator', 'identity', 'identityProbe', 'l1', 'lpips', 'r1', 'total']);
    expect(Object.keys(terms[1] ?? {})).not.toContain('r1');
  });

  test('reconstruction learns: L1 of one pair falls', () => {
    const { context, weights, inputs } = smallContext(smallConfig({ adversarial: 0, identity: 0, identityProbe: 0 }));
    const { terms } = steps(15, startState(weights), { context, inputs });
    expect(terms.at(-1)?.['l1']).toBeLessThan(0.95 * (terms[0]?.['l1'] as number));
  });

  test('the probe learns the source\'s embedding from its codes', () => {
    const { context, weights, inputs } = smallContext(smallConfig({ adversarial: 0, identity: 0, l1: 0.01, lpips: 0 }));
    const { terms } = steps(15, startState(weights), { context, inputs });
    expect(terms.at(-1)?.['identityProbe']).toBeLessThan(0.7 * (terms[0]?.['identityProbe'] as number));
  });

  test('before probeOnlyUntil only the encoder and the probe learn', async () => {
    const { context, weights, inputs } = smallContext(smallConfig({ probeOnlyUntil: 1 }));
    const start = startState(weights);
    const before = new Map(Object.entries(flatten(context, await start.weights.swapper.data())));
    const { state, terms } = steps(1, start, { context, inputs });
    expect(Object.keys(terms[0] ?? {}).toSorted()).toEqual(['identityProbe', 'total']);
    const changed = Object.entries(flatten(context, await state.weights.swapper.data())).filter(([name, values]) => values.some((value, index) => value !== before.get(name)?.[index]));
    expect(changed.some(([name]) => name.startsWith('encoder.'))).toBe(true);
    expect(changed.some(([name]) => name.startsWith('probe.'))).toBe(true);
    expect(changed.some(([name]) => name.startsWith('generator.'))).toBe(false);
  });

  test('terms with a later start stay silent until then', () => {
    const { context, weights, inputs } = smallContext(smallConfig({ adversarialFrom: 1, identityFrom: 1, identityProbe: 0 }));
    const { terms } = steps(2, startState(weights), { context, inputs });
    expect(Object.keys(terms[0] ?? {}).toSorted()).toEqual(['l1', 'lpips', 'total']);
    expect(Object.keys(terms[1] ?? {})).toContain('adversarial');
  });

  test('a step leaks no tensors', () => {
    const { context, weights, inputs } = smallContext(smallConfig());
    const first = steps(1, startState(weights), { context, inputs });
    const before = tf.memory().numTensors;
    steps(3, first.state, { context, inputs });
    expect(tf.memory().numTensors).toBe(before);
  });
});

const save = async (state: TrainingState, context: StepContext) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-checkpoint-'));
  const file = path.join(folder, 'checkpoint.safetensors');
  await saveCheckpoint(file, context.model, { state, facts: { sampler: [1, -2, 3, 4], config: JSON.stringify(context.config) } });
  return { folder, file };
};

describe('checkpoints', () => {
  test('law: saved and restored, training goes on bit for bit', async () => {
    const { context, weights, inputs } = smallContext(smallConfig());
    const { state } = steps(2, startState(weights), { context, inputs });
    const { file, folder } = await save(state, context);
    expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
    const checkpoint = await readCheckpoint(file);
    expect(checkpoint.sampler).toEqual([1, -2, 3, 4]);
    const restored = restoreState(checkpoint, context.model);
    const resumed = steps(2, restored, { context, inputs }).state;
    const straight = steps(2, state, { context, inputs }).state;
    expect(await resumed.weights.swapper.data()).toEqual(await straight.weights.swapper.data());
    expect(await resumed.average.data()).toEqual(await straight.average.data());
    expect(await resumed.weights.discriminator.data()).toEqual(await straight.weights.discriminator.data());
  });

  test('law: measured statistics come back with the checkpoint, and the codes of faces differ by them', async () => {
    const { context, weights, inputs } = smallContext(smallConfig());
    const plain = probeFaces(context.model, weights.swapper, inputs.source);
    const model = calibrateSwapper(context.model, weights.swapper, tf.randomUniform([16, SIZE, SIZE, 3], -1, 1, 'float32', 8));
    const calibrated = probeFaces(model, weights.swapper, inputs.source);
    expect(tf.max(tf.abs(tf.sub(plain, calibrated))).dataSync()[0]).toBeGreaterThan(0.01);
    const { file } = await save(startState(weights), { ...context, model });
    const fresh = createModel(context.config);
    const restored = restoreModel(await readCheckpoint(file), fresh.model);
    expect(probeFaces(restored, weights.swapper, inputs.source).arraySync()).toEqual(calibrated.arraySync());
  });

  test('a checkpoint of other sizes is refused with the tensor named', async () => {
    const { context, weights } = smallContext(smallConfig());
    const { file } = await save(startState(weights), context);
    const wider = smallConfig();
    const other = createModel({ ...wider, generator: { ...wider.generator, channels: { base: 64, maximum: 6 } } });
    expect(() => restoreState({ ...checkpointOf(file), tensors: new Map() }, other.model)).toThrow(/checkpoint tensor swapper\./);
    await expect(readCheckpoint(file).then((checkpoint) => restoreState(checkpoint, other.model))).rejects.toThrow(/expected shape/);
  });

  test('a file that is no checkpoint is refused', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mfim-checkpoint-'));
    await writeFile(path.join(folder, 'x'), 'not a checkpoint');
    await expect(readCheckpoint(path.join(folder, 'x'))).rejects.toThrow(/expected/);
    await expect(readCheckpoint(path.join(folder, 'absent'))).rejects.toThrow(/expected a checkpoint/);
  });
});

function checkpointOf(file: string) {
  return { step: 0, swapperUpdates: 0, discriminatorUpdates: 0, sampler: [], config: file, tensors: new Map() };
}
