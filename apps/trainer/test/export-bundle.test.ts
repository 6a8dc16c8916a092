/** A checkpoint of the tiny setup, exported and opened by the pipeline. */
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import '@tensorflow/tfjs';
import { openBundle } from '@mfim/pipeline';
import { folderFiles } from '@mfim/pipeline/node';
import { byteImage, onnxRuntime } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import { newestCheckpoint, saveCheckpoint } from '../src/run/checkpoint-store.ts';
import type { Checkpoint } from '../src/run/checkpoint-file.ts';
import { packState } from '../src/training/swap-stage.ts';
import { exportBundle } from '../src/export/export-bundle.ts';
import { startState } from '../src/training/training-state.ts';
import { SIZE, smallConfig, smallContext } from './small-run.ts';

beforeAll(() => tf.setBackend('cpu'));

async function savedRun(): Promise<{ readonly run: string; readonly checkpoint: Checkpoint }> {
  const { context, weights } = smallContext(smallConfig());
  const run = await mkdtemp(path.join(tmpdir(), 'mfim-export-'));
  await saveCheckpoint(run, { packed: packState(context.model, startState(weights)), step: 0, stream: [], config: JSON.stringify(context.config) });
  return { run, checkpoint: await newestCheckpoint(run, () => undefined) };
}

test('what is exported opens, encodes and draws; a card beside it stays', async () => {
  const { run, checkpoint } = await savedRun();
  const folder = path.join(run, 'bundle');
  const request = { checkpoint, folder, weights: 'float16', metrics: { l1: 0.5 } } as const;
  const manifest = await exportBundle(request);
  await writeFile(path.join(folder, 'README.md'), 'card');
  await exportBundle(request);
  expect(await readFile(path.join(folder, 'README.md'), 'utf8')).toBe('card');
  expect((await readdir(folder)).toSorted()).toEqual([...Object.keys(manifest.files), 'README.md', 'manifest.json'].toSorted());
  expect((await readdir(run)).toSorted()).toEqual(['bundle', 'checkpoints']);
  const bundle = await openBundle(folderFiles(folder), onnxRuntime(ort, { name: 'cpu' }));
  const face = byteImage(new Uint8Array(SIZE * SIZE * 3).fill(90), { width: SIZE, height: SIZE, channels: 3 });
  const [encoded] = await bundle.encode([face]);
  const drawn = await bundle.generate(encoded?.codes as never, encoded?.maps as never);
  expect([drawn.width, drawn.height]).toEqual([SIZE, SIZE]);
  await bundle.release();
});

test('a folder of somebody else is not overwritten', async () => {
  const { run, checkpoint } = await savedRun();
  const request = { checkpoint, folder: run, weights: 'float32', metrics: {} } as const;
  await expect(exportBundle(request)).rejects.toThrow(/a new folder or an older bundle/);
  expect(await readdir(run)).toEqual(['checkpoints']);
});
