/** The whole stage in a folder, on the cpu backend: start, interruption, resume, peak, files. */
import '@tensorflow/tfjs';
import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import * as runtime from 'onnxruntime-node';
import type { RuntimeOptions } from '@mfim/tfjs-onnx';
import { beforeAll, expect, test } from 'vitest';
import type { TrainingConfig } from '../src/config/training-config.ts';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { newestCheckpoint } from '../src/run/checkpoint-store.ts';
import { compareCheckpoints } from '../src/run/compare-checkpoints.ts';
import { runStage } from '../src/run/run-stage.ts';
import { fullStep } from '../src/training/full-step.ts';
import { swapStage } from '../src/training/swap-stage.ts';
import { openTrainingSet } from '../src/training/training-set.ts';
import { SIZE, smallConfig, smallNetworks } from './small-run.ts';

beforeAll(async () => {
  registerSecondOrderGradients();
  await tf.setBackend('cpu');
});

const IMAGES = 14;

async function smallSet() {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-stage-'));
  const writer = await openDatasetWriter(folder, SIZE);
  for (let index = 0; index < IMAGES; index += 1) {
    const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, position) => (position * (2 * index + 3)) % 256);
    await writer.append(pixels, [{ origin: `pattern/${index}`, split: index < 10 ? 'train' : 'held-out', licence: 'own' }]);
  }
  await writer.close();
  return openTrainingSet(folder);
}

type Data = Awaited<ReturnType<typeof smallSet>>;

const composite = { candidates: 3, centre: [0.5, 0.5], radii: [0.3, 0.3], feather: 0.3, colourShare: 0.5, strength: 1 } as const;
const config: TrainingConfig = {
  ...smallConfig({ adversarialFrom: 1, identityScales: { smallest: 0.5, largest: 1 }, identity: 0 }),
  composite: { ...composite, centre: [0.5, 0.5], radii: [0.3, 0.3] },
  sourceJitter: 0.1, steps: 4, logEvery: 1, snapshotEvery: 2, saveEvery: 2,
};

interface RunOptions {
  readonly resumed: boolean;
  readonly steps: number;
  readonly compiler?: RuntimeOptions | undefined;
}

async function run(folder: string, data: Data, { resumed, steps, compiler }: RunOptions) {
  const lines: string[] = [];
  const say = (line: string): void => { lines.push(line); };
  const stage = await swapStage({ config: { ...config, steps }, data, networks: smallNetworks(), compiler, resumed, say });
  const subject = { engine: { name: 'cpu', description: 'plain', versions: {} }, dataset: { folder: 'none', images: IMAGES, size: SIZE, sha256: 'none' } };
  const checkpoint = resumed ? { checkpoint: await newestCheckpoint(folder, say) } : {};
  const last = await runStage({ stage, folder, subject, identityFrom: 0, signal: new AbortController().signal, terminal: { write: (text: string) => lines.push(text) }, ...checkpoint });
  return { last, said: lines.join('') };
}

const engines: readonly (readonly [string, RuntimeOptions | undefined, RegExp])[] = [
  ['cpu', undefined, /tensors take .* at the peak of a step/],
  ['onnx', { runtime, threads: 1 }, /compiled swapper's gradient \(adversarial\).*: \d+ operations in/],
];

test.each(engines)('law: with engine %s two steps, then two more in a resumed run, are four steps, bit for bit; every file is there', async (_, compiler, said) => {
  const data = await smallSet();
  const [straight, halved] = [await mkdtemp(path.join(tmpdir(), 'mfim-straight-')), await mkdtemp(path.join(tmpdir(), 'mfim-halved-'))];
  const whole = await run(straight, data, { resumed: false, steps: 4, compiler });
  expect(whole.last).toBe(4);
  expect(whole.said).toMatch(said);
  expect((await run(halved, data, { resumed: false, steps: 2, compiler })).last).toBe(2);
  expect((await run(halved, data, { resumed: true, steps: 4, compiler })).last).toBe(4);
  const silent = (): void => undefined;
  const compared = compareCheckpoints(await newestCheckpoint(straight, silent), await newestCheckpoint(halved, silent));
  expect(compared.different).toEqual([]);
  expect(compared.tensors).toBeGreaterThan(100);
  for (const name of ['config.json', 'facts.json', 'metrics.jsonl', 'readings.jsonl', 'tensorboard', 'checkpoints', 'snapshots']) expect(await readdir(halved)).toContain(name);
  const facts = JSON.parse(await readFile(path.join(halved, 'facts.json'), 'utf8')) as { sessions: unknown[] };
  expect(facts.sessions).toHaveLength(2);
  await data.dataset.close();
}, 300_000);

test('counting the memory of a step leaves the state as it is and no tensors behind; it is more than the parameters', async () => {
  const data = await smallSet();
  const stage = await swapStage({ config, data, networks: smallNetworks(), resumed: false, say: () => undefined });
  const state = await stage.start();
  const batch = await stage.load(stage.plans().next());
  const before = await state.weights.swapper.data();
  const tensors = tf.memory().numTensors;
  const peak = stage.memory?.(state, batch).peak;
  expect(tf.memory().numTensors).toBe(tensors);
  expect(await state.weights.swapper.data()).toEqual(before);
  expect(peak).toBeGreaterThan(4 * state.weights.swapper.size);
  await data.dataset.close();
}, 120_000);

test('the counted step is one at which every term counts', () => {
  const step = fullStep(smallConfig({ identityFrom: 10, identityInterval: 3, adversarialFrom: 4, r1Interval: 2, probeOnlyUntil: 7 }));
  expect([step >= 10, step % 3, step % 2]).toEqual([true, 0, 0]);
});
