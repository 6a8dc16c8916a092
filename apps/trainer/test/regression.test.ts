import '@tensorflow/tfjs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromFloat32 } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { openFaceCoefficients, openFaceFraming } from '@mfim/losses-3dmm';
import { fixedCrop, registerSecondOrderGradients } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomStream } from '../src/pretraining/random-stream.ts';
import { loadFaces } from '../src/regression/face-batch.ts';
import { addNoise } from '../src/regression/pixel-noise.ts';
import { NO_WARP, readWarped, warpLabels, warpPoints } from '../src/regression/face-warp.ts';
import { faceErrors, labelTensors, predictedLandmarks, regressionLoss } from '../src/regression/regression-loss.ts';
import { createRegressionModel } from '../src/regression/regression-model.ts';
import { regressionStage } from '../src/regression/regression-stage.ts';
import { rateAt } from '../src/regression/regression-step.ts';
import { spoilCrop } from '../src/regression/spoil-crop.ts';
import { packRegression, startRegression } from '../src/regression/regression-state.ts';
import { checkpointPath, saveCheckpoint } from '../src/run/checkpoint-store.ts';
import type { StoredState } from '../src/run/stage.ts';
import { SIDE, smallFaces, smallHead, smallRegression } from './regression-small-run.ts';

const head = smallHead();
const faces = smallFaces(head);

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
});

const warps = fc.record({
  factor: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
  turn: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  shift: fc.tuple(fc.double({ min: -0.1, max: 0.1, noNaN: true }), fc.double({ min: -0.1, max: 0.1, noNaN: true })),
});

/** What a perfect regressor would say of warped labels. */
function exactCoefficients(warp = NO_WARP, face = faces.training[1]!) {
  const labels = warpLabels(warp, face.labels, SIDE);
  const [centre] = [warpPoints(warp, [face.labels.centre[0]! / SIDE, face.labels.centre[1]! / SIDE])];
  const coefficients = {
    identity: tf.tensor2d([labels.identity.slice()]),
    expression: tf.tensor2d([labels.expression.slice()]),
    rotations: tf.tensor3d([...labels.rotation], [1, 3, 3]),
    centre: tf.tensor2d([[...centre!]]),
    scale: tf.tensor2d([[labels.scale]]),
    distance: tf.tensor2d([[labels.distance]]),
    logDeviation: tf.tensor2d([[0]]),
  };
  return { labels, coefficients };
}

describe('face warp', () => {
  test('law: labels follow the picture exactly: the warped camera sees the warped landmarks', () => {
    const { model } = createRegressionModel(smallRegression(), head);
    fc.assert(
      fc.property(warps, (warp) => {
        tf.tidy(() => {
          const { labels, coefficients } = exactCoefficients(warp);
          const seen = predictedLandmarks(model.head.whole.vertices(coefficients), coefficients).dataSync();
          labels.landmarks.forEach((value, at) => expect(seen[at]).toBeCloseTo(value, 4));
        });
      }),
      { numRuns: 20 },
    );
  });

  test('law: what is at a place of the picture is where the warped place is in the crop', () => {
    fc.assert(
      fc.property(warps, (warp) => {
        const size = 64;
        const pixels = Uint8Array.from({ length: size * size * 3 }, (_, at) => (at % 3 === 0 ? 4 * (Math.floor(at / 3) % size) : 4 * Math.floor(at / 3 / size)));
        const crop = readWarped(warp, { pixels, size }, 32);
        // The middle of the crop, in shares of the image, is at 0.5, 0.57.
        const [x, y] = warpPoints(warp, [0.5, 0.5]) as unknown as [number, number];
        const [column, row] = [((x - 0.5) / 0.8 + 0.5) * 32, ((y - 0.57) / 0.8 + 0.5) * 32].map(Math.floor) as [number, number];
        expect(Math.abs(crop[(row * 32 + column) * 3]! - 4 * 31.5)).toBeLessThan(12);
        expect(Math.abs(crop[(row * 32 + column) * 3 + 1]! - 4 * 31.5)).toBeLessThan(12);
      }),
      { numRuns: 20 },
    );
  });

  test('without a warp the crop is that of the regressor', async () => {
    const { dataset, labels } = faces.training[1]!;
    const pixels = await dataset.read([labels.number]);
    const crop = readWarped(NO_WARP, { pixels, size: SIDE }, 32);
    const expected = fixedCrop(openFaceFraming(32), tf.tensor4d([...pixels], [1, SIDE, SIDE, 3])).dataSync();
    crop.forEach((value, at) => expect(Math.abs(value - expected[at]!)).toBeLessThan(0.01));
  });

  test('the label of the centre is on the axis of the camera', () => {
    const { labels } = exactCoefficients();
    expect(labels.distance).toBeCloseTo(80, 6);
    expect(labels.scale).toBeCloseTo(1 / 25, 6);
  });
});

describe('spoilt crops', () => {
  const { augmentation } = smallRegression();
  const crop = () => ({ values: Float32Array.from({ length: 32 * 32 * 3 }, (_, at) => Math.sin(at / 50)), side: 32 });

  test('stay in range, differ from seed to seed, and are the same for a seed', () => {
    const spoilt = [1, 1, 2].map((seed) => {
      const own = crop();
      spoilCrop(own, { ...augmentation, blur: { chance: 1, least: 0.2 }, cutout: { chance: 1, longest: 0.5 } }, randomStream(seed));
      return own.values;
    });
    expect(spoilt[0]).toEqual(spoilt[1]);
    expect(spoilt[0]).not.toEqual(spoilt[2]);
    expect(spoilt.every((values) => values.every((value) => value >= -1 && value <= 1))).toBe(true);
  });

  test('noise has the moments of the normal distribution, and neighbours know nothing of each other', () => {
    const values = new Float32Array(400_001);
    addNoise(values, 2, randomStream(7));
    const mean = (of: (at: number) => number): number => values.reduce((sum, _, at) => sum + of(at), 0) / values.length;
    const deviation = (at: number): number => (values[at] ?? 0) / 2;
    // Five standard errors each.
    expect(Math.abs(mean(deviation))).toBeLessThan(5 / Math.sqrt(values.length));
    expect(Math.abs(mean((at) => deviation(at) ** 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
    expect(Math.abs(mean((at) => deviation(at) ** 4) - 3)).toBeLessThan(5 * Math.sqrt(96 / values.length));
    expect(Math.abs(mean((at) => deviation(at) * deviation(at + 1)))).toBeLessThan(5 / Math.sqrt(values.length));
  });

  test('a scrambled crop has the same pixels elsewhere, and no face', () => {
    const own = crop();
    const still = { ...augmentation, brightness: 0, contrast: 0, colour: 0, noise: 0, blur: { chance: 0, least: 1 }, cutout: { chance: 0, longest: 0 } };
    expect(spoilCrop(own, { ...still, scrambled: 0 }, randomStream(1))).toBe(true);
    expect(own.values).toEqual(crop().values);
    expect(spoilCrop(own, { ...still, scrambled: 1 }, randomStream(1))).toBe(false);
    expect(own.values).not.toEqual(crop().values);
    expect([...own.values].toSorted()).toEqual([...crop().values].toSorted());
  });
});

describe('regression loss', () => {
  test('value: a regressor that knows the labels is off by nothing; one that is a tenth off doubts it the least at a tenth', async () => {
    const { model } = createRegressionModel(smallRegression({ network: { input: 32, width: 1 / 8, identity: 3 } }), head);
    const batch = await loadFaces([faces.training[1]!], 1, { input: 32 });
    const labels = labelTensors(model.head, batch);
    const { coefficients } = exactCoefficients();
    const { confidence, ...errors } = faceErrors(model.head, coefficients, labels);
    for (const [name, error] of Object.entries(errors)) expect(error.dataSync()[0], name).toBeLessThan(1e-4);
    expect(confidence.dataSync()[0]).toBeCloseTo(0, 4);
    const moved = { ...coefficients, centre: tf.add(coefficients.centre, tf.mul(0.1, labels.eyeDistance)) };
    expect(faceErrors(model.head, moved, labels).landmarks.dataSync()[0]).toBeCloseTo(0.1 * Math.SQRT2, 4);
    const doubt = (deviation: number): number => faceErrors(model.head, { ...moved, logDeviation: tf.tensor2d([[Math.log(deviation)]]) }, labels).confidence.dataSync()[0]!;
    expect(doubt(0.1 * Math.SQRT2)).toBeLessThan(doubt(0.12));
    expect(doubt(0.1 * Math.SQRT2)).toBeLessThan(doubt(0.17));
  });

  test('gradient: confidence teaches nothing but the deviation; a face that is not seen teaches nothing else', async () => {
    const { model } = createRegressionModel(smallRegression(), head);
    const batch = await loadFaces(faces.training.slice(0, 2), 1, { input: 32 });
    const numbers = tf.randomNormal([2, model.size.identity + model.size.expression + 11], 0, 0.3, 'float32', 4);
    const none = { landmarks: 0, points: 0, rotation: 0, expression: 0, identity: 0, camera: 0, confidence: 0 };
    const gradient = (weights: Partial<typeof none>, seen: readonly boolean[]): number[][] => {
      const labels = labelTensors(model.head, { ...batch, seen });
      return tf.grad((x: tf.Tensor) => regressionLoss(model, { numbers: x, labels }, { objective: { ...none, ...weights }, fittedRotation: 1 }).total)(numbers).arraySync() as number[][];
    };
    const [first] = gradient({ confidence: 1 }, [true, true]);
    expect(first!.slice(0, -1).every((value) => value === 0)).toBe(true);
    expect(first!.at(-1)).not.toBe(0);
    const [hidden, seen] = gradient({ landmarks: 1, points: 1, rotation: 1, expression: 1, identity: 1, camera: 1 }, [false, true]);
    expect(hidden!.every((value) => value === 0)).toBe(true);
    expect(seen!.slice(0, -1).every((value) => value !== 0)).toBe(true);
  });

  test('law: the rotation of fitted faces counts as much as is said, the other terms are as they were', async () => {
    const { model } = createRegressionModel(smallRegression(), head);
    const batch = { ...(await loadFaces(faces.training.slice(0, 2), 1, { input: 32 })), exact: [true, false] };
    const numbers = tf.randomNormal([2, model.size.identity + model.size.expression + 11], 0, 0.3, 'float32', 4);
    const { objective } = smallRegression();
    const termsWith = (fittedRotation: number) => regressionLoss(model, { numbers, labels: labelTensors(model.head, batch) }, { objective, fittedRotation }).terms;
    const [first, second] = faceErrors(model.head, openFaceCoefficients(numbers, model.size), labelTensors(model.head, batch)).rotation.dataSync() as unknown as [number, number];
    for (const share of [0, 0.25, 1]) {
      expect(termsWith(share).rotation.dataSync()[0]).toBeCloseTo((first + share * second) / Math.max(1, 1 + share), 5);
      expect(termsWith(share).landmarks.dataSync()[0]).toBeCloseTo(termsWith(1).landmarks.dataSync()[0]!, 6);
    }
  });

  test('gradient by the numbers agrees with the difference', async () => {
    const { model } = createRegressionModel(smallRegression(), head);
    const batch = await loadFaces(faces.training.slice(0, 2), 1, { input: 32 });
    const labels = labelTensors(model.head, batch);
    const numbers = tf.randomNormal([2, model.size.identity + model.size.expression + 11], 0, 0.3, 'float32', 4);
    const value = (x: tf.Tensor): tf.Scalar => regressionLoss(model, { numbers: x, labels }, { objective: { ...smallRegression().objective, confidence: 0 }, fittedRotation: 1 }).total;
    const slope = tf.grad(value)(numbers);
    const length = tf.norm(slope).dataSync()[0]!;
    const move = tf.mul(slope, 0.002 / length);
    const difference = value(tf.add(numbers, move)).dataSync()[0]! - value(tf.sub(numbers, move)).dataSync()[0]!;
    expect(Math.abs(difference / 0.004 / length - 1)).toBeLessThan(0.02);
  });
});

test('the rate rises to its height and falls to nothing', () => {
  const optimiser = { ...smallRegression().optimiser, rate: 1, warmUp: 4 };
  expect([0, 3, 4, 52, 100].map((step) => rateAt(step, optimiser, 100))).toEqual([0.25, 1, 1, 0.5, 0].map((value) => expect.closeTo(value, 9)));
});

describe('the stage', () => {
  const run = async (stage: ReturnType<typeof regressionStage>, start: { readonly stored?: StoredState; readonly from?: readonly number[] }, steps: number) => {
    const plans = stage.plans(start.from);
    let state = start.stored === undefined ? await stage.start() : await stage.restore(start.stored);
    const totals: number[] = [];
    const counts: number[] = [];
    for (let step = 0; step < steps; step += 1) {
      const result = await stage.step(state, await stage.load(plans.next()));
      state = result.state;
      totals.push(result.terms['total']!);
      counts.push(tf.memory().numTensors);
    }
    return { state, totals, counts, stream: plans.state() };
  };

  test('starts from the averaged weights of another run, where the config names its checkpoint', async () => {
    const { model, flat } = createRegressionModel(smallRegression(), head);
    const folder = await mkdtemp(path.join(tmpdir(), 'mfim-regress-'));
    try {
      const state = { ...startRegression(flat), average: tf.add(flat, 0.25) };
      await saveCheckpoint(folder, { packed: packRegression(model.network.layout, state), step: 0, stream: [], config: '{}' });
      const stage = regressionStage(smallRegression({ seed: 5, initialise: checkpointPath(folder, 0) }), faces, head);
      const started = await stage.start();
      expect(started.step).toBe(0);
      expect([...started.weights.dataSync()]).toEqual([...state.average.dataSync()]);
      expect([...started.average.dataSync()]).toEqual([...state.average.dataSync()]);
      const narrower = regressionStage(smallRegression({ network: { input: 32, width: 1 / 4, identity: 2 }, initialise: checkpointPath(folder, 0) }), faces, head);
      await expect((async () => narrower.start())()).rejects.toThrow(InputError);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('steps without leaking; a run that was packed and restored goes on bit for bit', async () => {
    const config = smallRegression();
    const straight = await run(regressionStage(config, faces, head), {}, 4);
    expect(straight.counts[3]).toBe(straight.counts[1]);
    const half = regressionStage(config, faces, head);
    const before = await run(half, {}, 2);
    const { buckets, numbers } = await half.pack(before.state);
    const tensors = new Map<string, RawTensor>(
      buckets.flatMap(({ prefix, layout, flat }) => {
        const values = flat.dataSync() as Float32Array;
        let offset = 0;
        return layout.names.map((name, index) => {
          const data = values.slice(offset, (offset += layout.sizes[index]!));
          return [prefix + name, fromFloat32({ shape: layout.shapes[index]!, data })] as const;
        });
      }),
    );
    const after = await run(regressionStage(config, faces, head), { stored: { tensors, numbers }, from: before.stream }, 2);
    expect(after.state.step).toBe(4);
    for (const name of ['weights', 'average'] as const) expect(after.state[name].dataSync()).toEqual(straight.state[name].dataSync());
    expect(after.totals).toEqual(straight.totals.slice(2));
  });

  test('counts the memory of a step, draws its sheet, and scores held-out faces alone', async () => {
    const stage = regressionStage(smallRegression(), faces, head);
    const state = await stage.start();
    const batch = await stage.load(stage.plans().next());
    expect(stage.memory?.(state, batch).peak).toBeGreaterThan(0);
    const tensors = tf.memory().numTensors;
    const { png, measures, score } = await stage.snapshot(state);
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(score).toBe(-measures['landmarksPercent']!);
    expect(Object.values(measures).every(Number.isFinite)).toBe(true);
    expect(tf.memory().numTensors).toBe(tensors);
    expect((await regressionStage(smallRegression(), { ...faces, heldOut: [] }, head).snapshot(state)).score).toBeUndefined();
  });

  test('steps on the same faces lower their loss', async () => {
    const stage = regressionStage(smallRegression({ batch: 2 }), faces, head);
    const batch = await stage.load(stage.plans().next());
    let state = await stage.start();
    const totals: number[] = [];
    for (let step = 0; step < 6; step += 1) {
      const result = await stage.step(state, batch);
      state = result.state;
      totals.push(result.terms['total']!);
    }
    expect(totals.at(-1)).toBeLessThan(0.9 * totals[0]!);
  });

  test('more modes or points than the head has are refused', () => {
    expect(() => regressionStage(smallRegression({ network: { input: 32, width: 1 / 8, identity: 9 } }), faces, head)).toThrow(InputError);
    expect(() => regressionStage(smallRegression({ points: 999 }), faces, head)).toThrow(InputError);
  });
});
