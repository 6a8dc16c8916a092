/** The three losses with the open regressor: gradients by the pixels of images of any size, weights, and inputs that are none. */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { initialParameters, seededNormal } from '@mfim/nn';
import { FaceError, InputError, ShapeError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  OPEN_FACE_SQUARE,
  assertConfident,
  coefficientDistance,
  expressionLoss,
  faceConfidences,
  foldOpenFace,
  openFacePoseWeights,
  openFaceRegressor,
  openFaceSpec,
  poolForLosses,
  poseLoss,
  shapeLoss,
} from '../src/index.ts';
import type { OpenFaceParameters } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

/** In units of the crop: ReLUs hardly bend on such a way, and float32 still shows a difference. */
const STEP = 0.003;
const SMALL = { input: 32, width: 1 / 8, identity: 3, expression: 2 };
const regressor = openFaceRegressor(foldOpenFace(tf.tidy(() => initialParameters(openFaceSpec(SMALL), seededNormal(5)) as never) as OpenFaceParameters), { size: SMALL });
/** Smooth, as faces are: pixels that differ at random are averaged away by a crop. */
const face = (seed: number, side: number): tf.Tensor4D => {
  const coarse = tf.randomUniform([1, 16, 16, 3], -1, 1, 'float32', seed) as tf.Tensor4D;
  return tf.image.resizeBilinear(coarse, [side, side], false, true);
};

const WEIGHTS = { shape: [2, 0.7, 0.3], pose: openFacePoseWeights([-5, 0, 8, 5, 1, 9, 0, 6, 7]), expression: [0.5, 1.5] };
const LOSSES = { shape: shapeLoss, pose: poseLoss, expression: expressionLoss } as const;
const cases = (['shape', 'pose', 'expression'] as const).flatMap((part) => [[part, 'even'], [part, 'weighted']] as const);

describe.each(cases)('%s, %s', (name, kind) => {
  const loss = kind === 'even' ? LOSSES[name](regressor) : LOSSES[name](regressor, WEIGHTS[name]);
  const valueAt = (side: number) => (swapped: tf.Tensor): tf.Tensor => loss.evaluate({ swapped, source: face(1, side), target: face(2, side) });

  test('gradient along itself', () => {
    expect(slopeError(valueAt(100), face(3, 100), STEP)).toBeLessThan(0.05);
  });

  test('gradient by parts of the pixels (a colour, the upper half, the left half) agrees with central differences, and is 0 outside the crop', () => {
    const side = 64;
    const [value, at] = [valueAt(side), face(3, side)];
    const gradient = tf.grad(value)(at);
    const parts = [tf.slice(gradient, [0, 0, 0, 0], [1, side, side, 1]), tf.slice(gradient, [0, 0, 0, 0], [1, side / 2, side, 3]), tf.slice(gradient, [0, 0, 0, 0], [1, side, side / 2, 3])];
    for (const part of parts) {
      const own = tf.pad(part, part.shape.map((size, axis) => [0, at.shape[axis]! - size] as [number, number]));
      const length = tf.norm(own).dataSync()[0]!;
      const move = tf.mul(own, STEP / length);
      const difference = value(tf.add(at, move)).dataSync()[0]! - value(tf.sub(at, move)).dataSync()[0]!;
      expect(Math.abs(difference / (2 * STEP) / length - 1)).toBeLessThan(0.05);
    }
    const left = Math.floor((OPEN_FACE_SQUARE.centreX - OPEN_FACE_SQUARE.side / 2) * side) - 3;
    expect(tf.max(tf.abs(tf.slice(gradient, [0, 0, 0, 0], [1, side, left, 3]))).dataSync()[0]).toBe(0);
  });
});

test.each([
  [512, (image: tf.Tensor): tf.Tensor => image],
  // As training does.
  [1024, (image: tf.Tensor): tf.Tensor => poolForLosses(image, 256)],
])('gradients pass through the crop of a result of %d pixels', (side, pool) => {
  const loss = shapeLoss(regressor);
  const others = { source: face(1, 256), target: face(2, 256) };
  const value = (image: tf.Tensor): tf.Tensor => loss.evaluate({ ...others, swapped: pool(image) });
  // A pixel of the crop is the mean of so many pixels a side, and moves that much less.
  const reach = (OPEN_FACE_SQUARE.side * side) / SMALL.input;
  expect(slopeError(value, face(3, side), STEP * reach)).toBeLessThan(0.05);
});

describe('pose weights', () => {
  test('law: nine numbers above 0 whose mean is 1; the rotation counts more the larger the face is', () => {
    const point = fc.tuple(fc.double({ min: 1, max: 9, noNaN: true }), fc.double({ min: 4, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 9 }), (points) => {
        const weights = openFacePoseWeights(points.flat());
        expect(weights).toHaveLength(9);
        expect(weights.every((weight) => weight > 0)).toBe(true);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(9, 6);
        const larger = openFacePoseWeights(points.flatMap(([x, y, z]) => [2 * x, 2 * y, z]));
        expect(larger[0]! / larger[6]!).toBeGreaterThan(weights[0]! / weights[6]!);
      }),
    );
  });
});

describe('what is no face', () => {
  test('NaN in an image is NaN in every part, never a number, and no confidence', () => {
    const broken = tf.mul(face(1, 32), Number.NaN);
    const { confidence, ...parts } = regressor.regress(broken);
    for (const part of Object.values(parts)) expect(part.dataSync().every(Number.isNaN)).toBe(true);
    expect(() => assertConfident([...confidence!.dataSync()])).toThrow(FaceError);
    expect(shapeLoss(regressor).evaluate({ swapped: broken, source: face(1, 32), target: face(1, 32) }).dataSync()[0]).toBeNaN();
  });

  test('confidence is that of the deviation, as the host computes it', () => {
    const image = tf.concat([face(1, 32), face(2, 32)]);
    const expected = faceConfidences([...regressor.read(image).logDeviation.dataSync()]);
    expect([...regressor.regress(image).confidence!.dataSync()]).toEqual(expected.map((value) => expect.closeTo(value, 5)));
  });

  test('coefficients of two models, and weights of another number, are refused', () => {
    const { shape } = regressor.regress(face(1, 32));
    expect(() => coefficientDistance(shape, tf.zeros([1, 40]))).toThrow(ShapeError);
    expect(() => shapeLoss(regressor, [1, 1]).evaluate({ swapped: face(1, 32), source: face(2, 32), target: face(2, 32) })).toThrow(InputError);
    expect(() => regressor.regress(tf.zeros([1, 32, 32, 1]))).toThrow(ShapeError);
  });
});
