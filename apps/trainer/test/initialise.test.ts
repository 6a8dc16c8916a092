/** What `train` starts from: its generator, encoder and discriminator from files, by `initialise` of the config. */
import '@tensorflow/tfjs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromFloat32, toFloat32, writeSafetensors } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrainingConfig } from '../src/config/training-config.ts';
import { createModel } from '../src/model/swap-model.ts';
import { packPretraining } from '../src/pretraining/pack-pretraining.ts';
import { readCheckpoint } from '../src/run/checkpoint-file.ts';
import { checkpointPath, saveCheckpoint } from '../src/run/checkpoint-store.ts';
import type { PackedState } from '../src/run/stage.ts';
import { packState, swapStage } from '../src/training/swap-stage.ts';
import { openTrainingSet } from '../src/training/training-set.ts';
import type { TrainingSet } from '../src/training/training-set.ts';
import { startState } from '../src/training/training-state.ts';
import { openSmall, smallPretraining } from './pretraining-small-run.ts';
import { SIZE, smallConfig, smallNetworks } from './small-run.ts';
import { patternDataset } from './trainer-process.ts';

type Tensors = ReadonlyMap<string, RawTensor>;

const config = smallConfig();
let data: TrainingSet;
/** Checkpoints: of pretraining, and of another run of `train`. */
let pretrained: { readonly file: string; readonly tensors: Tensors };
let trained: { readonly file: string; readonly tensors: Tensors };

async function saved(packed: PackedState): Promise<{ readonly file: string; readonly tensors: Tensors }> {
  const run = await mkdtemp(path.join(tmpdir(), 'mfim-initialise-'));
  await saveCheckpoint(run, { packed, step: 0, stream: [], config: '{}' });
  return readCheckpoint(checkpointPath(run, 0));
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  data = await openTrainingSet(await patternDataset(SIZE));
  const base = smallPretraining({ size: SIZE });
  const { run, state } = openSmall({ ...base, seed: 71, generator: { ...base.generator, channels: config.generator.channels }, discriminator: config.discriminator });
  // The average differs from the weights, as after some steps.
  pretrained = await saved(packPretraining(run.context.model, { ...state, average: tf.add(state.average, 0.25) }));
  const other = createModel({ ...config, seed: 72 });
  trained = await saved(packState(other.model, { ...startState(other.weights), average: tf.sub(other.weights.swapper, 0.5) }));
});
afterAll(() => data.dataset.close());

async function startWith(initialise: TrainingConfig['initialise'], changes: Partial<TrainingConfig> = {}): Promise<Tensors> {
  const stage = await swapStage({ config: { ...config, ...changes, initialise }, data, networks: smallNetworks(), resumed: false, say: () => undefined });
  return (await saved(await stage.pack(await stage.start()))).tensors;
}

const numbers = (tensors: Tensors, name: string): number[] => [...toFloat32(tensors.get(name) as RawTensor)];
const namesOf = (tensors: Tensors, beginning: string): string[] => [...tensors.keys()].filter((name) => name.startsWith(beginning));

/** Every tensor under `beginning` is the one under `origin` in the file. */
function expectFrom(started: Tensors, beginning: string, { tensors, origin }: { readonly tensors: Tensors; readonly origin: string }): void {
  const names = namesOf(started, beginning);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(numbers(started, name), name).toEqual(numbers(tensors, origin + name.slice(beginning.length)));
}

test('generator and discriminator of a pretraining run, the encoder of another: the averages where there are some; the rest is fresh', async () => {
  const started = await startWith({ generator: pretrained.file, discriminator: pretrained.file, encoder: trained.file });
  expectFrom(started, 'swapper.generator.', { tensors: pretrained.tensors, origin: 'average.generator.' });
  expectFrom(started, 'discriminator.', { tensors: pretrained.tensors, origin: 'discriminator.' });
  expectFrom(started, 'swapper.encoder.', { tensors: trained.tensors, origin: 'average.encoder.' });
  expectFrom(started, 'average.generator.', { tensors: pretrained.tensors, origin: 'average.generator.' });
  const fresh = await startWith({});
  expect(numbers(started, 'swapper.probe.weight')).toEqual(numbers(fresh, 'swapper.probe.weight'));
  expect(numbers(started, 'swapper-first-moment.generator.constant').every((value) => value === 0)).toBe(true);
});

test('one part alone leaves the others as they would have been', async () => {
  const [started, fresh] = [await startWith({ generator: pretrained.file }), await startWith({})];
  for (const beginning of ['swapper.encoder.', 'discriminator.']) expectFrom(started, beginning, { tensors: fresh, origin: beginning });
  expect(numbers(started, 'swapper.generator.constant')).not.toEqual(numbers(fresh, 'swapper.generator.constant'));
});

test('a safetensors file with the names of the part alone', async () => {
  const own = namesOf(pretrained.tensors, 'average.generator.').map((name) => [name.replace('average.generator.', ''), fromFloat32({ data: toFloat32(pretrained.tensors.get(name) as RawTensor).map((value) => value * 2), shape: (pretrained.tensors.get(name) as RawTensor).shape })] as const);
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'mfim-initialise-')), 'generator.safetensors');
  await writeFile(file, writeSafetensors(new Map(own)));
  const started = await startWith({ generator: file });
  expect(numbers(started, 'swapper.generator.constant')).toEqual(numbers(pretrained.tensors, 'average.generator.constant').map((value) => Math.fround(value * 2)));
});

test.each([
  ['a generator', () => ({ generator: pretrained.file }), { generator: { resolution: SIZE, channels: { base: 64, maximum: 6 } } }, /generator\.constant \[1, 8, 4, 4\]|generator\..* instead of/],
  ['an encoder', () => ({ encoder: trained.file }), { encoder: { ...config.encoder, stemWidth: 6 } }, /encoder\.body\.stem\.conv .* instead of/],
  ['a discriminator', () => ({ discriminator: pretrained.file }), { discriminator: { channels: { base: 64, maximum: 4 } } }, /fromRgb|blocks/],
])('%s of other sizes is refused, with the file and the tensors named', async (_, initialise, changes, message) => {
  const files = initialise() as TrainingConfig['initialise'];
  const refused = startWith(files, changes as Partial<TrainingConfig>);
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toThrow(/instead of.*use the config that these weights were trained with/s);
  await expect(refused).rejects.toThrow(Object.values(files)[0]);
});

test('a file that lacks the part, that is no safetensors file, or that is not there', async () => {
  await expect(startWith({ encoder: pretrained.file })).rejects.toThrow(/encoder\..* missing/);
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'mfim-initialise-')), 'text');
  await writeFile(file, 'this is a text, not a checkpoint');
  await expect(startWith({ generator: file })).rejects.toThrow(/expected a safetensors file.*name a checkpoint of mfim-train/);
  await expect(startWith({ generator: `${file}.absent` })).rejects.toThrow(/ENOENT/);
});

test('a resumed run does not need the files any more', async () => {
  const initialise = { generator: 'moved away' };
  const stage = await swapStage({ config: { ...config, initialise }, data, networks: smallNetworks(), resumed: true, say: () => undefined });
  const { tensors } = trained;
  const state = await stage.restore({ tensors, numbers: { step: 5, swapperUpdates: 5, discriminatorUpdates: 5 } });
  expectFrom((await saved(await stage.pack(state))).tensors, 'swapper.generator.', { tensors, origin: 'swapper.generator.' });
});
