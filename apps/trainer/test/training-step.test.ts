import { mkdir, mkdtemp, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createModel, probeFaces, restoreBuffers } from '../src/model/swap-model.ts';
import { readCheckpoint } from '../src/run/checkpoint-file.ts';
import { checkpointPath, listCheckpoints, markBest, newestCheckpoint, saveCheckpoint, thinCheckpoints } from '../src/run/checkpoint-store.ts';
import { packState, unpackState } from '../src/training/swap-stage.ts';
import { rateScale } from '../src/training/rate-scale.ts';
import { calibrateSwapper } from '../src/training/calibrate-swapper.ts';
import { startState } from '../src/training/training-state.ts';
import type { TrainingState } from '../src/training/training-state.ts';
import { trainingStep } from '../src/training/training-step.ts';
import type { StepContext } from '../src/training/training-step.ts';
import type { StepInputs } from '../src/training/swap-objective.ts';
import { SIZE, smallConfig, smallContext } from './small-run.ts';

beforeAll(() => tf.setBackend('cpu'));

function steps(count: number, start: TrainingState, run: { context: StepContext; inputs: StepInputs; parts?: StepInputs[] }) {
  let state = start;
  const terms = [];
  for (let step = 0; step < count; step += 1) {
    const result = trainingStep(run.context, state, run.parts ?? [run.inputs]);
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
    expect(Object.keys(terms[0] ?? {}).toSorted()).toEqual(['adversarial', 'discriminator', 'fakeLogit', 'identity', 'identityProbe', 'l1', 'lpips', 'r1', 'realLogit', 'total']);
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

  test('law: the batch in parts gives the gradient of the whole', async () => {
    const config = { ...smallConfig({ adversarial: 0, identity: 0 }), optimiser: { ...smallConfig().optimiser, generatorRate: 0.001, encoderRate: 0.001 } };
    const { context, weights, inputs } = smallContext(config);
    const halves = [0, 1].map((slot) => Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, value instanceof tf.Tensor ? tf.slice(value, slot, 1) : value])) as unknown as StepInputs);
    const copy = { swapper: tf.clone(weights.swapper), discriminator: tf.clone(weights.discriminator) };
    const whole = steps(1, startState(weights), { context, inputs });
    const parted = steps(1, startState(copy), { context, inputs, parts: halves });
    expect(parted.terms[0]?.['l1']).toBeCloseTo(whole.terms[0]?.['l1'] as number, 5);
    const difference = tf.max(tf.abs(tf.sub(whole.state.swapperAdam.first, parted.state.swapperAdam.first))).dataSync()[0] as number;
    const size = tf.max(tf.abs(whole.state.swapperAdam.first)).dataSync()[0] as number;
    expect(size).toBeGreaterThan(0);
    expect(difference / size).toBeLessThan(1e-4);
  });

  test('allReduceMean sees every gradient once, flat', () => {
    const seen: number[] = [];
    const { context, weights, inputs } = smallContext(smallConfig());
    steps(1, startState(weights), { context: { ...context, allReduceMean: (flat) => { seen.push(flat.size); return flat; } }, inputs });
    expect(seen).toEqual([context.model.swapper.layout.total, context.model.discriminator.layout.total]);
  });

  test('frozen parameters stay bit for bit', async () => {
    const config = { ...smallConfig(), frozen: ['generator.'] };
    const { context, weights, inputs } = smallContext(config);
    const before = flatten(context, await weights.swapper.data());
    const { state } = steps(2, startState(weights), { context: { ...context, rateScale: rateScale(context.model, config) }, inputs });
    const after = flatten(context, await state.weights.swapper.data());
    for (const name of Object.keys(before)) if (name.startsWith('generator.')) expect(after[name], name).toEqual(before[name]);
    expect(after).not.toEqual(before);
  });

  test('a step leaks no tensors', () => {
    const { context, weights, inputs } = smallContext(smallConfig());
    const first = steps(1, startState(weights), { context, inputs });
    const before = tf.memory().numTensors;
    steps(3, first.state, { context, inputs });
    expect(tf.memory().numTensors).toBe(before);
  });
});

const nobody = (): void => undefined;

const save = async (state: TrainingState, context: StepContext) => {
  const run = await mkdtemp(path.join(tmpdir(), 'mfim-checkpoint-'));
  await saveCheckpoint(run, { packed: packState(context.model, state), step: state.step, stream: [1, -2, 3, 4], config: JSON.stringify(context.config) });
  return { run, checkpoint: await newestCheckpoint(run, nobody) };
};

describe('checkpoints', () => {
  test('law: saved and restored, training goes on bit for bit', async () => {
    const { context, weights, inputs } = smallContext(smallConfig());
    const { state } = steps(2, startState(weights), { context, inputs });
    const { run, checkpoint } = await save(state, context);
    expect((await readdir(path.join(run, 'checkpoints'))).toSorted()).toEqual(['step-000000002.safetensors', 'step-000000002.sha256']);
    expect(checkpoint.stream).toEqual([1, -2, 3, 4]);
    const resumed = steps(2, unpackState(context.model, checkpoint), { context, inputs }).state;
    const straight = steps(2, state, { context, inputs }).state;
    expect(await resumed.weights.swapper.data()).toEqual(await straight.weights.swapper.data());
    expect(await resumed.average.data()).toEqual(await straight.average.data());
    expect(await resumed.weights.discriminator.data()).toEqual(await straight.weights.discriminator.data());
  });

  test('law: measured statistics come back with the checkpoint, and the codes of faces differ by them', async () => {
    const { context, weights, inputs } = smallContext(smallConfig());
    const plain = probeFaces(context.model, weights.swapper, inputs.source);
    const model = await calibrateSwapper(context.model, { flat: weights.swapper, images: tf.randomUniform([16, SIZE, SIZE, 3], -1, 1, 'float32', 8) });
    const calibrated = probeFaces(model, weights.swapper, inputs.source);
    expect(tf.max(tf.abs(tf.sub(plain, calibrated))).dataSync()[0]).toBeGreaterThan(0.01);
    const { checkpoint } = await save(startState(weights), { ...context, model });
    const restored = restoreBuffers(createModel(context.config).model, checkpoint.tensors);
    expect(probeFaces(restored, weights.swapper, inputs.source).arraySync()).toEqual(calibrated.arraySync());
  });

  test('a checkpoint of other sizes is refused with the tensor named', async () => {
    const { context, weights } = smallContext(smallConfig());
    const { checkpoint } = await save(startState(weights), context);
    const wider = smallConfig();
    const other = createModel({ ...wider, generator: { ...wider.generator, channels: { base: 64, maximum: 6 } } });
    expect(() => unpackState(other.model, { ...checkpoint, tensors: new Map() })).toThrow(/swapper\..* missing/);
    expect(() => unpackState(other.model, checkpoint)).toThrow(/\] instead of \[/);
  });

  test('a damaged checkpoint is named and passed over for the older one', async () => {
    const { context, weights } = smallContext(smallConfig());
    const state = startState(weights);
    const { run } = await save(state, context);
    await saveCheckpoint(run, { packed: packState(context.model, state), step: 7, stream: [], config: '{}' });
    const file = checkpointPath(run, 7);
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await writeFile(file, bytes);
    const said: string[] = [];
    expect((await newestCheckpoint(run, (line) => said.push(line))).step).toBe(0);
    expect(said.join()).toMatch(/damaged.*step-000000007.*SHA-256/s);
  });

  test('the newest and the best stay, the others and half-written ones go', async () => {
    const { context, weights } = smallContext(smallConfig());
    const packed = packState(context.model, startState(weights));
    const run = await mkdtemp(path.join(tmpdir(), 'mfim-keep-'));
    for (const step of [1, 2, 3, 4, 5]) await saveCheckpoint(run, { packed, step, stream: [], config: '{}' });
    await markBest(run, { step: 2, score: 0.5 });
    await writeFile(path.join(run, 'checkpoints', 'step-000000006.safetensors.1.partial'), 'half');
    await thinCheckpoints(run, 2);
    expect(await listCheckpoints(run)).toEqual([5, 4, 2]);
    expect((await readdir(path.join(run, 'checkpoints'))).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('a checkpoint that cannot be written leaves the older one whole and nothing half-written', async () => {
    const { context, weights } = smallContext(smallConfig());
    const state = startState(weights);
    const { run } = await save(state, context);
    await mkdir(checkpointPath(run, 9));
    await expect(saveCheckpoint(run, { packed: packState(context.model, state), step: 9, stream: [], config: '{}' })).rejects.toThrow(/room and the right to write/);
    await rmdir(checkpointPath(run, 9));
    expect((await newestCheckpoint(run, nobody)).step).toBe(0);
    expect((await readdir(path.join(run, 'checkpoints'))).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('a file that is no checkpoint is refused', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mfim-checkpoint-'));
    await writeFile(path.join(folder, 'x'), 'not a checkpoint');
    await expect(readCheckpoint(path.join(folder, 'x'))).rejects.toThrow(/expected/);
    await expect(readCheckpoint(path.join(folder, 'absent'))).rejects.toThrow(/expected a checkpoint/);
  });
});
