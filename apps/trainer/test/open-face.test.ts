import '@tensorflow/tfjs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openFaceFraming } from '@mfim/losses-3dmm';
import { openFaceIn } from '@mfim/losses-3dmm/node';
import { fixedCrop } from '@mfim/nn';
import { InputError, onnxRuntime } from '@mfim/tensor-contracts';
import { compile } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../src/config/read-config.ts';
import { averagedRegressor } from '../src/regression/averaged-regressor.ts';
import { regressCrops } from '../src/regression/regression-step.ts';
import { performer } from '../src/engine/performer.ts';
import { meanDistances } from '../src/training/coefficient-distances.ts';
import { judgingWeights } from '../src/training/judging-weights.ts';
import { readOpenRegressor } from '../src/training/loss-networks.ts';
import { swapLook } from '../src/training/snapshot.ts';
import { swapObjective } from '../src/training/swap-objective.ts';
import type { Checkpoint } from '../src/run/checkpoint-file.ts';
import { smallHead } from './regression-small-run.ts';
import { smallOpenFace } from './small-open-face.ts';
import { smallConfig, smallContext } from './small-run.ts';
import { registerTrueResizeGradient } from './true-resize-gradient.ts';

let folder: string;
let checkpoint: Checkpoint;
const folders: string[] = [];

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerTrueResizeGradient();
  ({ folder, checkpoint } = await smallOpenFace());
  folders.push(folder);
});
afterAll(() => Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))));

async function spoiled(file: string, change: (bytes: Buffer) => string | Buffer): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), 'mfim-open-face-'));
  folders.push(copy);
  await cp(folder, copy, { recursive: true });
  await writeFile(path.join(copy, file), change(await readFile(path.join(copy, file))));
  return copy;
}

const withFacts = (change: (facts: Record<string, object>) => object): Promise<string> =>
  spoiled('face3d.json', (bytes) => JSON.stringify(change(JSON.parse(bytes.toString()) as Record<string, object>)));

describe('an exported open face regressor', () => {
  test('read back it says what ONNX Runtime says of the same crop, and what the network that was exported says', async () => {
    const { regressor, facts } = await openFaceIn(folder);
    const images = tf.randomUniform([2, 50, 50, 3], -1, 1, 'float32', 1);
    const face = fixedCrop(openFaceFraming(facts.network.input), images);
    const session = await onnxRuntime(ort, { name: 'onnxruntime-node' }).open(new Uint8Array(await readFile(path.join(folder, facts.file.name))));
    const outputs = await session.run({ face: { data: face.dataSync() as Float32Array, shape: face.shape } });
    const ours = regressor.read(images);
    for (const [name, tensor] of Object.entries(ours)) {
      const theirs = outputs[name]!.data;
      (tensor as tf.Tensor).dataSync().forEach((value, at) => expect(Math.abs(value - (theirs[at] as number)), name).toBeLessThan(1e-5 * Math.max(1, Math.abs(value))));
    }
    await session.release();
    const { model, flat } = averagedRegressor(checkpoint, smallHead());
    // Folding once is all that lies between them: the numbers are equal to the last bit.
    const exported = regressCrops(model, flat, face).dataSync();
    expect([...ours.identity.dataSync()]).toEqual([exported[0], exported[1], exported[exported.length / 2], exported[exported.length / 2 + 1]]);
  });

  test('its facts say how much each coefficient decides, on average 1', async () => {
    const { coefficientWeights } = await readOpenRegressor(folder);
    expect(Object.values(coefficientWeights).map(({ length }) => length)).toEqual([2, 9, 2]);
    for (const weights of Object.values(coefficientWeights)) expect(weights.reduce((sum: number, weight: number) => sum + weight, 0) / weights.length).toBeCloseTo(1, 6);
  });

  test.each([
    ['another format', () => withFacts((facts) => ({ ...facts, format: 'mfim-bundle' })), /mfim-face3d, version 1/],
    ['a later version', () => withFacts((facts) => ({ ...facts, version: 2 })), /version/],
    ['names of another model', () => withFacts((facts) => ({ ...facts, expressionNames: ['jawOpen'] })), /1 in place of 2 expressionNames/],
    ['weights of another width', () => withFacts((facts) => ({ ...facts, coefficientWeights: { shape: [1], pose: Array(9).fill(1), expression: [1, 1] } })), /1 in place of 2 coefficientWeights.shape/],
    ['another framing', () => withFacts((facts) => ({ ...facts, framing: { alignment: 'ffhq', centreX: 0.5, centreY: 0.5, side: 1 } })), /framing/],
    ['a network of another size', () => withFacts((facts) => ({ ...facts, network: { ...facts['network'], width: 1 / 4 } })), /another shape/],
    ['a file outside', () => withFacts((facts) => ({ ...facts, file: { name: '../face3d.onnx', bytes: 1, sha256: '0'.repeat(64) } })), /file.name/],
    ['a file that changed', () => spoiled('face3d.onnx', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(1)])), /SHA-256/],
    ['no JSON', () => spoiled('face3d.json', () => '{'), /JSON/],
    ['no folder', async () => path.join(tmpdir(), 'mfim-absent'), /export-face3d.*weights.threeDdfa/s],
  ])('refuses %s', async (_, make, message) => {
    const place = await make();
    await expect(openFaceIn(place)).rejects.toThrow(InputError);
    await expect(openFaceIn(place)).rejects.toThrow(message);
  });
});

describe('the open regressor as a judge of swaps', () => {
  test('distances and confidences pair by pair, the same eagerly and compiled', async () => {
    const { regressor } = await openFaceIn(folder);
    const { context, weights, inputs } = smallContext(smallConfig());
    const networks = { ...context.networks, regressor };
    const [eager, compiled] = await Promise.all(
      [undefined, { runtime: ort, threads: 1 }].map((compiler) => swapLook(context.model, networks, performer(compiler))(weights.swapper, inputs.source as tf.Tensor4D, inputs.target as tf.Tensor4D)),
    );
    expect(eager!.pairs).toHaveLength(2);
    for (const [index, pair] of eager!.pairs.entries()) {
      for (const [name, value] of Object.entries(pair)) expect(compiled!.pairs[index]![name as keyof typeof pair], name).toBeCloseTo(value, 3);
    }
    expect(Object.keys(compiled!.measures)).toEqual(Object.keys(eager!.measures));
  });

  test('pairs with a doubted face are in no mean, and counted; what is NaN stays visible', () => {
    const pair = { shapeToSource: 1, poseToTarget: 2, expressionToTarget: 3, sourceConfidence: 0.9, targetConfidence: 0.9 };
    expect(meanDistances([pair, { ...pair, shapeToSource: 3, targetConfidence: 0.4, poseToTarget: 99 }])).toEqual({ shapeToSource: 2, poseToTarget: 2, expressionToTarget: 3, doubtedPairs: 1 });
    expect(meanDistances([{ ...pair, sourceConfidence: 0.1, targetConfidence: 0.1 }])).toEqual({ doubtedPairs: 1 });
    expect(meanDistances([pair, { ...pair, sourceConfidence: Number.NaN, shapeToSource: Number.NaN }])['shapeToSource']).toBeNaN();
  });

  test('which one judges: the one named, else the one trained against if it is open, else the shipped one, else the other', async () => {
    const weights = { mobileFaceNet: 'm', squeezeNet: 's', lpips: 'l' };
    expect((await judgingWeights({ ...weights, threeDdfa: 't' }, 'named')).openFace).toBe('named');
    expect(await judgingWeights({ ...weights, openFace: 'own' }, undefined)).toEqual({ ...weights, openFace: 'own' });
    const { openFace, threeDdfa } = await judgingWeights({ ...weights, threeDdfa: 't' }, undefined);
    expect([openFace?.endsWith('open-face3d') ?? false, threeDdfa === 't'].filter(Boolean)).toHaveLength(1);
  });
});

describe('the choice in a config', () => {
  const example = path.resolve(import.meta.dirname, '../configs/ffhq-1024.yaml');

  test('the published config names the open regressor, and is valid where its folder is absent', async () => {
    const { weights, objective } = await readConfig(example, ['weights.openFace=nowhere']);
    expect([weights.openFace, weights.threeDdfa, objective.coefficientWeighting]).toEqual(['nowhere', undefined, 'even']);
  });

  test('both are refused by an error that names them, but where no term needs one', async () => {
    await expect(readConfig(example, ['weights.threeDdfa=a.pth'])).rejects.toThrow(/openFace.*threeDdfa/);
    await readConfig(example, ['weights.threeDdfa=a.pth', 'objective.shape=0', 'objective.pose=0', 'objective.expression=0']);
  });

  test('weighting by variance is refused where nobody knows it', async () => {
    const bench = path.resolve(import.meta.dirname, '../configs/bench-128.yaml');
    await expect(readConfig(bench, ['objective.coefficientWeighting=variance'])).rejects.toThrow(/coefficientWeighting/);
    expect((await readConfig(example, ['objective.coefficientWeighting=variance'])).objective.coefficientWeighting).toBe('variance');
  });

  test('weighting by variance weights the terms of the objective, and their gradients reach the swapper, eagerly and compiled', async () => {
    const { regressor, coefficientWeights } = await readOpenRegressor(folder);
    const only = { l1: 0, lpips: 0, identity: 0, identityProbe: 0, adversarial: 0 };
    const { context, weights, inputs } = smallContext(smallConfig(only));
    const networks = { ...context.networks, regressor, coefficientWeights };
    const termsOf = (coefficientWeighting: 'even' | 'variance') => {
      const config = { ...context.config, objective: { ...context.config.objective, shape: 1, pose: 1, expression: 1, coefficientWeighting } };
      return ({ flat, discriminator }: Record<string, tf.Tensor>) => {
        const value = (x: tf.Tensor) => swapObjective({ config, model: context.model, networks }, { flat: x, discriminator: discriminator as tf.Tensor, inputs, step: 0 });
        const { shape, pose, expression } = value(flat as tf.Tensor).terms as Record<string, tf.Tensor>;
        return { shape: shape!, pose: pose!, expression: expression!, gradient: tf.grad((x: tf.Tensor) => value(x).total)(flat as tf.Tensor) };
      };
    };
    const point = { flat: weights.swapper, discriminator: weights.discriminator };
    const [even, weighted] = [tf.tidy(() => termsOf('even')(point)), tf.tidy(() => termsOf('variance')(point))];
    for (const name of ['shape', 'pose', 'expression'] as const) expect(Math.abs(weighted[name].dataSync()[0]! / even[name].dataSync()[0]! - 1), name).toBeGreaterThan(1e-4);
    expect(tf.norm(weighted.gradient).dataSync()[0]).toBeGreaterThan(0);
    const fast = compile(termsOf('variance'), { flat: { shape: point.flat.shape }, discriminator: { shape: point.discriminator.shape } }, { runtime: ort, threads: 1 });
    const compiled = await fast(point);
    for (const [name, tensor] of Object.entries(weighted)) {
      const error = tf.div(tf.max(tf.abs(tf.sub(tensor, compiled[name]!))), tf.max(tf.abs(tensor))).dataSync()[0];
      expect(error, name).toBeLessThan(1e-3);
    }
  });
});
