/**
 * `mfim-train evaluate-face3d RUN`: a face regressor on all held-out faces of its datasets and on pairs of real photos, beside 3DDFA_V2 and FSA-Net where
 * their weights are named.
 */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { openCheckpoint, readTensors, toFloat32 } from '@mfim/checkpoints';
import { coefficientNetworkParameters } from '@mfim/losses-3dmm';
import { readIct } from '@mfim/losses-3dmm/node';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { averagedRegressor, regressionConfigOf } from '../regression/averaged-regressor.ts';
import { evaluateRegressor } from '../regression/evaluate-regressor.ts';
import { evaluateThreeDdfa, threeDdfaOf } from '../regression/evaluate-three-ddfa.ts';
import type { ThreeDdfa, ThreeDdfaScale } from '../regression/evaluate-three-ddfa.ts';
import { evaluatePhotos } from '../regression/evaluate-photos.ts';
import type { PhotoEvaluation } from '../regression/evaluate-photos.ts';
import { openFsaNet } from '../regression/fsa-net.ts';
import { openHeadFaces } from '../regression/labelled-faces.ts';
import { openPhotoPairs } from '../regression/photo-pairs.ts';
import { readLossNetwork } from '../training/loss-networks.ts';
import { STEP_FLAG, chosenCheckpoint } from './chosen-checkpoint.ts';
import { openPlainEngine } from './perform-run.ts';
import { say } from './say.ts';

interface Flags {
  readonly json: boolean;
  readonly step?: string;
  readonly dataset?: readonly string[];
  readonly threeDdfa?: string;
  readonly pairs?: string;
  readonly photos?: readonly string[];
  readonly fsaNet?: string;
}

const WEIGHTS_FILE = 'mb05_120x120.pth';
const SCALE_FILE = 'param_mean_std_62d_120x120.pkl';
const NAME_WIDTH = 44;
const DIGITS = 4;

async function readScale(file: string): Promise<ThreeDdfaScale> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new InputError({ where: file, expected: "3DDFA_V2's means and deviations", got: String(cause), remedy: 'put the file beside its weights', cause });
  });
  try {
    const arrays = await readTensors(await openCheckpoint(handle));
    const [mean, deviation] = [arrays.get('mean'), arrays.get('std')];
    if (mean === undefined || deviation === undefined) throw new InputError({ where: file, expected: 'arrays mean and std', got: [...arrays.keys()].join(', '), remedy: 'pass the file of 3DDFA_V2 as it is' });
    return { mean: toFloat32(mean), deviation: toFloat32(deviation) };
  } finally {
    await handle.close();
  }
}

async function readThreeDdfa(folder: string): Promise<ThreeDdfa> {
  const state = await readLossNetwork('threeDdfa', path.join(folder, WEIGHTS_FILE));
  return threeDdfaOf(coefficientNetworkParameters(state), state, await readScale(path.join(folder, SCALE_FILE)));
}

/** Whose figures are wanted. */
type Judges = Pick<PhotoEvaluation, 'regressor' | 'threeDdfa'>;

async function onPhotos({ pairs, photos: folders, fsaNet }: Flags, judges: Judges): Promise<Record<string, number>> {
  if (pairs === undefined) return {};
  const photos = await openPhotoPairs(pairs, folders ?? []);
  const other = fsaNet === undefined ? undefined : await openFsaNet(fsaNet);
  try {
    return await evaluatePhotos({ ...judges, photos, ...(other === undefined ? {} : { fsaNet: other }) });
  } finally {
    await other?.close();
    await photos.close();
  }
}

async function evaluateFace3d(flags: Flags, run: string): Promise<void> {
  const { json, step, dataset } = flags;
  const checkpoint = await chosenCheckpoint(run, step);
  const config = regressionConfigOf(checkpoint);
  await openPlainEngine('regress', config.engine);
  const head = await readIct(config.model);
  const folders = dataset ?? config.datasets;
  const faces = await openHeadFaces(head, { folders, leastConfidence: config.leastConfidence, fewest: 0 });
  try {
    if (faces.heldOut.length === 0) {
      throw new InputError({ where: folders.join(', '), expected: 'held-out faces', got: '0', remedy: 'render them with mfim-train synthesise --held-out' });
    }
    const regressor = { ...averagedRegressor(checkpoint, head), batch: config.batch };
    const measured = await evaluateRegressor(regressor, faces.heldOut);
    const threeDdfa = flags.threeDdfa === undefined ? undefined : await readThreeDdfa(flags.threeDdfa);
    const theirs = threeDdfa === undefined ? {} : await evaluateThreeDdfa(threeDdfa, regressor.model.head, faces.heldOut);
    const photos = await onPhotos(flags, { regressor, ...(threeDdfa === undefined ? {} : { threeDdfa }) });
    const result = { step: checkpoint.step, ...measured, ...theirs, ...photos };
    if (json) say(JSON.stringify(result, null, 2));
    else for (const [name, value] of Object.entries(result)) say(`${name.padEnd(NAME_WIDTH)} ${Number.isInteger(value) ? value : value.toFixed(DIGITS)}`);
  } finally {
    await faces.close();
  }
}

/** Measures a face regressor. */
export const evaluateFace3dCommand = buildCommand({
  func: evaluateFace3d,
  parameters: {
    flags: {
      json: { kind: 'boolean', default: false, brief: 'Print JSON' },
      step: STEP_FLAG,
      dataset: { kind: 'parsed', parse: String, variadic: true, optional: true, brief: "Other labelled folders than the run's", placeholder: 'folder' },
      threeDdfa: { kind: 'parsed', parse: String, optional: true, brief: `Folder with 3DDFA_V2's ${WEIGHTS_FILE} and ${SCALE_FILE}: its figures on the same images` },
      pairs: { kind: 'parsed', parse: String, optional: true, brief: 'CSV of photo_a,photo_b of one person each' },
      photos: { kind: 'parsed', parse: String, variadic: true, optional: true, brief: 'Datasets that were prepared from those photos', placeholder: 'folder' },
      fsaNet: { kind: 'parsed', parse: String, optional: true, brief: "Folder with FSA-Net's two ONNX files: its head pose on those photos" },
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder of a run of regress', placeholder: 'run' }] },
  },
  docs: { brief: 'Measure a face regressor on held-out faces with labels' },
});
