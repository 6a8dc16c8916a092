import '@tensorflow/tfjs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { composeRotations, movePoints, rotationDistance, rotationFromEuler } from '@mfim/face3d';
import { COEFFICIENT_WIDTHS, coefficientNetworkSpec, openFaceCoefficients, threeDdfaRegressor } from '@mfim/losses-3dmm';
import { initialParameters, registerSecondOrderGradients, seededNormal } from '@mfim/nn';
import { InputError, onnxRuntime } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { exportRegressor } from '../src/export/export-regressor.ts';
import { averagedRegressor } from '../src/regression/averaged-regressor.ts';
import { correlation, evaluateRegressor, rotationErrors } from '../src/regression/evaluate-regressor.ts';
import { calibrated, evaluateThreeDdfa, landmarksPercent, threeDdfaOf, threeDdfaRotation } from '../src/regression/evaluate-three-ddfa.ts';
import { evaluatePhotos } from '../src/regression/evaluate-photos.ts';
import { openPhotoPairs } from '../src/regression/photo-pairs.ts';
import { regressionStage } from '../src/regression/regression-stage.ts';
import { regressCrops } from '../src/regression/regression-step.ts';
import { areaUnderCurve, samePersonFigures } from '../src/regression/same-person.ts';
import { alignedDistance, nearestRotation } from '../src/regression/rigid-alignment.ts';
import { readCheckpoint, writeCheckpoint } from '../src/run/checkpoint-file.ts';
import type { Checkpoint } from '../src/run/checkpoint-file.ts';
import { smallFaces, smallHead, smallRegression } from './regression-small-run.ts';

const head = smallHead();
const faces = smallFaces(head);
let folder: string;
let checkpoint: Checkpoint;

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  folder = await mkdtemp(path.join(tmpdir(), 'mfim-face3d-'));
  const config = smallRegression();
  const stage = regressionStage(config, faces, head);
  const file = path.join(folder, 'checkpoint.safetensors');
  await writeCheckpoint(file, { packed: await stage.pack(await stage.start()), step: 0, stream: [1, 2], config: JSON.stringify(config), inspect: async () => undefined });
  checkpoint = await readCheckpoint(file);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const angle = fc.double({ min: -1.4, max: 1.4, noNaN: true });
const rotations = fc.record({ pitch: angle, yaw: angle, roll: angle }).map((angles) => rotationFromEuler('deep3d', angles));
const coordinate = fc.double({ min: -5, max: 5, noNaN: true });

describe('rigid alignment', () => {
  test('law: the rotation nearest to a rotation is itself, whatever its length', () => {
    fc.assert(fc.property(rotations, fc.double({ min: 0.1, max: 9, noNaN: true }), (rotation, length) => {
      expect(rotationDistance(nearestRotation(rotation.map((value) => length * value)), rotation)).toBeLessThan(1e-5);
    }));
  });

  test('law: points that were turned and shifted are at no distance; others keep theirs', () => {
    const points = fc.array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 12, maxLength: 20 }).map((list) => [...list.flat(), 5, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0]);
    fc.assert(fc.property(points, rotations, fc.tuple(coordinate, coordinate, coordinate), (list, rotation, translation) => {
      expect(alignedDistance(list, movePoints(list, { rotation, translation }))).toBeLessThan(1e-4);
    }));
    // A square that is larger by a tenth: every corner is off by a tenth of its way from the middle.
    const square = [1, 1, 0, -1, 1, 0, -1, -1, 0, 1, -1, 0];
    expect(alignedDistance(square, square.map((value) => 1.1 * value))).toBeCloseTo(0.1 * Math.SQRT2, 6);
  });
});

test('rotation errors: plain, and without the constant turn between two frames', () => {
  const labelled = [0.1, -0.4, 0.9].map((yaw) => rotationFromEuler('deep3d', { pitch: yaw / 2, yaw, roll: 0.1 }));
  const frame = rotationFromEuler('deep3d', { pitch: 0.1, yaw: 0, roll: 0 });
  const { plain, aligned } = rotationErrors(labelled.map((rotation) => composeRotations(rotation, frame)), labelled);
  expect(plain).toBeCloseTo((0.1 * 180) / Math.PI, 6);
  expect(aligned).toBeLessThan(1e-3);
});

test("3DDFA_V2's twelve numbers are a scaled rotation and a translation", () => {
  const rotation = rotationFromEuler('3ddfa-v2', { pitch: 0.2, yaw: -0.5, roll: 0.1 });
  const pose = [0, 1, 2].flatMap((row) => [...rotation.slice(row * 3, row * 3 + 3).map((value) => 3e-4 * value), 60]);
  const [mean, deviation] = [pose.map((_, at) => at / 100), pose.map((_, at) => 1 + at)];
  const numbers = pose.map((value, at) => (value - mean[at]!) / deviation[at]!);
  expect(rotationDistance(threeDdfaRotation(numbers, { mean, deviation }), rotation)).toBeLessThan(1e-6);
});

test('landmarks: the mean distance in percent; lines fitted on the other half undo what is the same for all', () => {
  const square = (shift: number): number[] => Array.from({ length: 136 }, (_, at) => at / 136 + shift);
  expect(landmarksPercent([{ found: square(0.03), labelled: square(0), eyeDistance: 0.3 }])).toBeCloseTo(10 * Math.SQRT2, 9);
  const moved = Array.from({ length: 8 }, (_, face) => ({ labelled: square(face / 10).map((value) => 2 * value + 1), found: square(face / 10), eyeDistance: 0.3 }));
  expect(landmarksPercent(moved)).toBeGreaterThan(100);
  expect(landmarksPercent(calibrated(moved))).toBeLessThan(1e-6);
  const strange = moved.map((face, place) => (place === 0 ? { ...face, found: square(9) } : face));
  expect(landmarksPercent(calibrated(strange).slice(0, 1))).toBeGreaterThan(100);
});

test('correlation', () => {
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 9);
  expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 9);
});

test('a checkpoint is evaluated: finite numbers for every face, its own and those of 3DDFA_V2', async () => {
  const measured = await evaluateRegressor({ ...averagedRegressor(checkpoint, head), batch: 2 }, faces.heldOut);
  expect(measured['faces']).toBe(3);
  expect(Object.entries(measured).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
  // An untrained regressor says the mean face, nearly.
  expect(measured['shapeMillimetres']! / measured['meanFaceMillimetres']!).toBeCloseTo(1, 1);
  const parameters = initialParameters(coefficientNetworkSpec(1 / 16), seededNormal(1)) as never;
  const count = Object.values(COEFFICIENT_WIDTHS).reduce((sum, width) => sum + width, 0);
  const scale = { mean: new Float32Array(count).fill(0.1), deviation: new Float32Array(count).fill(1) };
  const features = 1024 / 16;
  const landmarkHead = new Map([['fc_lm.weight', { shape: [136, features], data: new Float32Array(136 * features) }], ['fc_lm.bias', { shape: [136], data: new Float32Array(136) }]]);
  const { model } = averagedRegressor(checkpoint, head);
  const theirs = await evaluateThreeDdfa(threeDdfaOf(parameters, landmarkHead, scale), model.head, faces.heldOut);
  expect(Object.keys(theirs)).toContain('threeDdfaLandmarksPercent');
  expect(() => threeDdfaOf(parameters, new Map(), scale)).toThrow('fc_lm.weight');
  expect(Object.values(theirs).every(Number.isFinite)).toBe(true);
});

test('a checkpoint is exported: ONNX Runtime says what tfjs says, facts and card stand beside it, an older card stays', async () => {
  const out = path.join(folder, 'model');
  const bytes = await exportRegressor({ checkpoint, head, folder: out, metrics: { landmarksPercent: 3.25 } });
  const network = await readFile(path.join(out, 'face3d.onnx'));
  expect(network).toHaveLength(bytes);
  const session = await onnxRuntime(ort, { name: 'onnxruntime-node' }).open(new Uint8Array(network));
  const { model, flat } = averagedRegressor(checkpoint, head);
  const side = model.size.input;
  const crops = tf.randomUniform([2, side, side, 3], -1, 1, 'float32', 3);
  const found = await session.run({ face: { data: crops.dataSync() as Float32Array, shape: crops.shape } });
  await session.release();
  const expected = openFaceCoefficients(regressCrops(model, flat, crops), model.size);
  for (const [name, tensor] of Object.entries(expected) as [string, tf.Tensor][]) {
    expect(found[name]?.shape, name).toEqual(tensor.shape);
    tensor.dataSync().forEach((value, at) => expect(Math.abs(found[name]!.data[at]! - value) / Math.max(1, Math.abs(value)), name).toBeLessThan(1e-4));
  }
  const facts = JSON.parse(await readFile(path.join(out, 'face3d.json'), 'utf8')) as { readonly expressionNames: unknown; readonly metrics: unknown };
  expect(facts.expressionNames).toEqual(head.expressionNames);
  expect(facts.metrics).toEqual({ landmarksPercent: 3.25 });
  expect(await readFile(path.join(out, 'README.md'), 'utf8')).toContain('| landmarksPercent | 3.2500 |');
  await writeFile(path.join(out, 'README.md'), 'written by hand');
  await exportRegressor({ checkpoint, head, folder: out, metrics: {} });
  expect(await readFile(path.join(out, 'README.md'), 'utf8')).toBe('written by hand');
});

describe('photos without labels', () => {
  test('the area: all below, all above, ties, a mixture', () => {
    expect(areaUnderCurve([1, 2], [3, 4])).toBe(1);
    expect(areaUnderCurve([5], [3, 4])).toBe(0);
    expect(areaUnderCurve([3], [3, 3])).toBe(0.5);
    expect(areaUnderCurve([1, 4], [2, 3])).toBe(0.5);
  });

  /** Two folders with photos of three people; the third person's photos are one. */
  async function photoFolders(): Promise<readonly [string, string]> {
    const paint = (person: number, photo: number): Uint8Array =>
      Uint8Array.from({ length: 48 * 48 * 3 }, (_, at) => {
        const [x, y] = [Math.floor(at / 3) % 48, Math.floor(at / 3 / 48)];
        return 128 + 60 * Math.sin((x * (person + 1)) / 5) + 50 * Math.cos((y * (person + 2) + photo * 9 * x) / (7 + 3 * photo));
      });
    const write = async (name: string, photo: number): Promise<string> => {
      const out = path.join(folder, name);
      const writer = await openDatasetWriter(out, 48);
      for (const person of [0, 1, 2]) await writer.append(paint(person, person === 2 ? 0 : photo), [{ origin: `${name}/person-${person}.jpg`, split: 'train', licence: 'none' }]);
      await writer.close();
      return out;
    };
    return [await write('early', 0), await write('late', 1)];
  }

  test('pairs are found by the ends of their origins; absent and nearly equal ones are counted; tables of something else are refused', async () => {
    const folders = await photoFolders();
    const table = path.join(folder, 'pairs.csv');
    await writeFile(table, `photo_a,photo_b,who\n${[0, 1, 2, 3].map((person) => `early/person-${person}.jpg,late/person-${person}.jpg,x`).join('\n')}\n`);
    const photos = await openPhotoPairs(table, folders);
    expect([photos.pairs.length, photos.absent, photos.nearDuplicates]).toEqual([2, 1, 1]);
    // By colour alone: a judge that knows people, and one that knows nothing.
    const knows = (images: tf.Tensor): tf.Tensor => tf.mul(tf.mean(images, [1, 2]), 1e-3);
    const figures = await samePersonFigures(knows, photos);
    expect(figures.samePersonArea >= 0 && figures.samePersonArea <= 1).toBe(true);
    expect(figures.mirrorShare).toBeLessThan(1e-3);
    expect((await samePersonFigures((images) => tf.zeros([images.shape[0]!, 2]), photos)).samePersonArea).toBe(0.5);
    const fsaNet = { angles: async () => ({ yaw: Math.random(), pitch: Math.random(), roll: Math.random() }), close: async () => undefined };
    const parameters = initialParameters(coefficientNetworkSpec(1 / 16), seededNormal(1)) as never;
    const threeDdfa = { regressor: threeDdfaRegressor(parameters), scale: { mean: new Float32Array(62), deviation: new Float32Array(62).fill(1) } };
    const result = await evaluatePhotos({ regressor: averagedRegressor(checkpoint, head), photos, threeDdfa, fsaNet });
    expect(Object.keys(result)).toEqual(expect.arrayContaining(['yawCorrelationWithFsaNet', 'threeDdfaPitchCorrelationWithFsaNet', 'yawTurned']));
    expect(result['posePhotos']).toBe(6);
    expect(Object.values(result).every(Number.isFinite)).toBe(true);
    await photos.close();
    await writeFile(table, 'name\nAnna\n');
    await expect(openPhotoPairs(table, folders)).rejects.toThrow(InputError);
    await expect(openPhotoPairs(path.join(folder, 'absent.csv'), folders)).rejects.toThrow(InputError);
  });
});
