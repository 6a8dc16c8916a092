/** A folder as `mfim-train export-face3d` leaves it, of the smallest regressor, with weights that all differ from each other, as trained ones do. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { exportRegressor } from '../src/export/export-regressor.ts';
import { regressionStage } from '../src/regression/regression-stage.ts';
import { readCheckpoint, writeCheckpoint } from '../src/run/checkpoint-file.ts';
import type { Checkpoint } from '../src/run/checkpoint-file.ts';
import { smallFaces, smallHead, smallRegression } from './regression-small-run.ts';

const SPREAD = 0.05;

export async function smallOpenFace(): Promise<{ readonly folder: string; readonly checkpoint: Checkpoint }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-open-face-'));
  const head = smallHead();
  // The last features have 2 x 2 places, so that the order of their weights shows.
  const config = smallRegression({ network: { input: 40, width: 1 / 8, identity: 2 } });
  const stage = regressionStage(config, smallFaces(head), head);
  const start = await stage.start();
  const state = { ...start, average: tf.add(start.average, tf.randomNormal(start.average.shape, 0, SPREAD, 'float32', 3)) };
  const file = path.join(folder, 'checkpoint.safetensors');
  await writeCheckpoint(file, { packed: await stage.pack(state), step: 7, stream: [1, 2], config: JSON.stringify(config), inspect: async () => undefined });
  const checkpoint = await readCheckpoint(file);
  await exportRegressor({ checkpoint, head, folder, metrics: {} });
  return { folder, checkpoint };
}
