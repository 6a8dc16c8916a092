/**
 * Exports the averaged weights of a face regressor: `face3d.onnx` (from crops to what they mean; plain convolutions, float32), `face3d.json`
 * (names, framing, training, numbers measured, checksum) and a model card to be completed. The card of an older export stays.
 */
import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { HeadModel } from '@mfim/face3d';
import { OPEN_FACE_FACTS_FILE, OPEN_FACE_SQUARE, foldOpenFace, modeVariances, openFaceCoefficients, openFaceNetwork, openFacePoseWeights } from '@mfim/losses-3dmm';
import type { OpenFaceFacts, OpenFaceParameters } from '@mfim/losses-3dmm';
import { flattenParameters } from '@mfim/nn';
import type { ParameterTree } from '@mfim/nn';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { replaceFile } from '../files/replace-file.ts';
import { parametersOf } from '../model/flat-network.ts';
import { averagedRegressor, regressionConfigOf } from '../regression/averaged-regressor.ts';
import type { RegressionConfig } from '../regression/regression-config.ts';
import { judgingBasis } from '../regression/regression-model.ts';
import type { Checkpoint } from '../run/checkpoint-file.ts';

/** What to export and where to. */
export interface RegressorExport {
  readonly checkpoint: Checkpoint;
  /** That the checkpoint was trained with. */
  readonly head: HeadModel;
  readonly folder: string;
  /** Measured numbers for the facts and the card. */
  readonly metrics: Readonly<Record<string, number>>;
}

const NETWORK_FILE = 'face3d.onnx';
const CARD_FILE = 'README.md';
const OUTPUTS = ['identity', 'expression', 'rotations', 'centre', 'scale', 'distance', 'logDeviation'] as const;
const DIGITS = 4;

async function traceRegressor({ checkpoint, head }: RegressorExport): Promise<Uint8Array> {
  const { model, flat } = averagedRegressor(checkpoint, head);
  const { size, network } = model;
  const folded = tf.tidy(() => foldOpenFace(parametersOf(network, flat) as unknown as OpenFaceParameters) as never) as ReturnType<typeof foldOpenFace>;
  const weightNames = new Map([...flattenParameters(folded as unknown as ParameterTree)].map(([name, tensor]) => [tensor, name]));
  const read = (face: tf.Tensor): Record<string, tf.Tensor> => {
    const coefficients = openFaceCoefficients(openFaceNetwork(folded, size, face), size);
    return Object.fromEntries(OUTPUTS.map((name) => [name, coefficients[name]]));
  };
  try {
    const inputs = [{ name: 'face', shape: ['batch', size.input, size.input, 3] as const }];
    const { bytes } = await traceToOnnx(({ face }) => read(face as tf.Tensor), { name: 'face3d', inputs, weights: 'float32', weightNames });
    return bytes;
  } finally {
    tf.dispose([flat, folded] as never);
  }
}

/** How much each coefficient decides, on the points that the regressor was trained by. */
function weightsOf(head: HeadModel, { points, network }: RegressionConfig): OpenFaceFacts['coefficientWeights'] {
  const { mean, identity, expression } = judgingBasis(head, points);
  return {
    shape: modeVariances(identity, mean.length, network.identity),
    pose: openFacePoseWeights(mean),
    expression: modeVariances(expression, mean.length, head.expressionNames.length),
  };
}

function factsOf({ checkpoint, head, metrics }: RegressorExport, bytes: Uint8Array): OpenFaceFacts {
  const config = regressionConfigOf(checkpoint);
  return {
    format: 'mfim-face3d',
    version: 1,
    name: config.name,
    model: head.basis.name,
    network: { ...config.network, expression: head.expressionNames.length },
    framing: { alignment: 'ffhq', ...OPEN_FACE_SQUARE },
    expressionNames: head.expressionNames,
    coefficientWeights: weightsOf(head, config),
    file: { name: NETWORK_FILE, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    training: { steps: checkpoint.step, kimg: (checkpoint.step * config.batch) / 1000, seed: config.seed, objective: config.objective },
    metrics,
  };
}

function cardOf({ checkpoint, metrics }: RegressorExport, bytes: Uint8Array): string {
  const { name, network } = regressionConfigOf(checkpoint);
  const rows = Object.entries(metrics).map(([metric, value]) => `| ${metric} | ${Number.isInteger(value) ? value : value.toFixed(DIGITS)} |`);
  const table = rows.length === 0 ? ['Not measured: `mfim-train evaluate-face3d RUN --json`, then export with `--metrics`.'] : ['| measured on held-out faces | |', '|---|---|', ...rows];
  return [
    `# ${name}`,
    '',
    `Shape, expression, pose and camera of an FFHQ-aligned face, as coefficients of ICT-FaceKit's head (MIT): ${network.identity} identity modes, its`,
    `ARKit-named expressions in 0..1, a rotation and a pinhole camera, and how far off it expects to be. ${(bytes.length / 1e6).toFixed(1)} MB of float32; the face is`,
    `${network.input} pixels (\`face3d.json\` has the framing).`,
    '',
    ...table,
    '',
    '## Data',
    'TODO: which images it was trained on, how many, and under which licences.',
    '',
    '## What it does not do',
    'TODO: what was seen to fail. Faces that it did not really see have a low confidence (`faceConfidences`, `assertConfident`).',
    '',
    '## Licence',
    'Apache-2.0',
    '',
  ].join('\n');
}

/** @returns the size of the network file in bytes */
export async function exportRegressor(request: RegressorExport): Promise<number> {
  const { folder } = request;
  const bytes = await traceRegressor(request);
  await mkdir(folder, { recursive: true });
  await replaceFile(path.join(folder, NETWORK_FILE), bytes);
  await replaceFile(path.join(folder, OPEN_FACE_FACTS_FILE), `${JSON.stringify(factsOf(request, bytes), null, 2)}\n`);
  const card = path.join(folder, CARD_FILE);
  const hasCard = await access(card).then(
    () => true,
    () => false,
  );
  // The model card beside an older export is somebody's writing.
  if (!hasCard) await replaceFile(card, cardOf(request, bytes));
  return bytes.length;
}
