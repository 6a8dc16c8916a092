import { FaceError, InputError, ShapeError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitLandmarks, landmarkBasis, morphVertices, movePoints, portraitCamera, projectPerspective, rotationDistance, rotationFromAxisAngle } from '../src/index.ts';
import { solvePositive } from '../src/fitting/solve-positive.ts';
import { linearise, projectState } from '../src/fitting/linearise.ts';
import { randomSource, sphereBasis } from './small-head.ts';

const basis = landmarkBasis(sphereBasis());
const camera = portraitCamera({ width: 256, height: 256 });
const DEGREES = 180 / Math.PI;

/** A head somewhere in front of the camera, turned by up to a radian or so. */
function drawHead(seed: number) {
  const random = randomSource(seed);
  const draw = (count: number, make: () => number): Float64Array => Float64Array.from({ length: count }, make);
  const shape = { identity: draw(3, random.normal), expression: draw(3, random.uniform) };
  const motion = { rotation: rotationFromAxisAngle([0.3 * random.normal(), 0.5 * random.normal(), 0.2 * random.normal()]), translation: [4 * random.normal(), 4 * random.normal(), -90 - 40 * random.uniform()] };
  const landmarks = projectPerspective(movePoints(morphVertices(basis, shape), motion), camera);
  return { random, shape, motion, landmarks };
}

describe('fitLandmarks', () => {
  test('law: exact landmarks give pose and coefficients back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (seed) => {
        const { shape, motion, landmarks } = drawHead(seed);
        const fit = fitLandmarks(basis, landmarks, { camera, noise: 1e-4 });
        expect(rotationDistance(fit.motion.rotation, motion.rotation) * DEGREES).toBeLessThan(0.1);
        expect(fit.error).toBeLessThan(1e-3);
        expect(fit.confidence).toBeGreaterThan(0.99);
        Array.from(fit.shape.identity).forEach((value, mode) => expect(Math.abs(value - shape.identity[mode]!)).toBeLessThan(0.05));
        Array.from(fit.shape.expression).forEach((value, mode) => expect(Math.abs(value - shape.expression[mode]!)).toBeLessThan(0.05));
      }),
      { numRuns: 10 },
    );
  });

  test('value: noise of a fiftieth of the span turns the head by little; expressions stay in their range', () => {
    for (const seed of [1, 2, 3]) {
      const { random, motion, landmarks } = drawHead(seed);
      const fit = fitLandmarks(basis, landmarks.map((value) => value + random.normal()), { camera });
      expect(rotationDistance(fit.motion.rotation, motion.rotation) * DEGREES).toBeLessThan(3);
      for (const value of Array.from(fit.shape.expression)) expect(value >= 0 && value <= 1).toBe(true);
    }
  });

  test('law: a landmark without weight does not count', () => {
    const { landmarks, motion } = drawHead(7);
    const wrong = landmarks.slice();
    wrong[10]! += 40;
    const weights = Float64Array.from({ length: 68 }, (_, point) => (point === 5 ? 0 : 1));
    const fit = fitLandmarks(basis, wrong, { camera, weights });
    expect(rotationDistance(fit.motion.rotation, motion.rotation) * DEGREES).toBeLessThan(1);
  });

  test('law: with what is known of the person, identity goes from where the landmarks put it to there, the surer the nearer', () => {
    const { random, shape, landmarks } = drawHead(5);
    const seen = landmarks.map((value) => value + random.normal());
    const mean = Float64Array.from(shape.identity, (value) => value + 0.5);
    const away = [Infinity, 1, 0.1, 0.001].map((spread) => {
      const { identity } = fitLandmarks(basis, seen, { camera, ...(spread === Infinity ? {} : { person: { mean, spread } }) }).shape;
      return Math.hypot(...Array.from(identity, (value, mode) => value - mean[mode]!));
    });
    expect(away).toEqual(away.toSorted((a, b) => b - a));
    expect(away[3]).toBeLessThan(1e-2);
    expect(away[0]).toBeGreaterThan(0.3);
  });

  test('value: a person who is the mean of the model is no person at all; modes that nothing is known of are as without', () => {
    const { landmarks } = drawHead(6);
    const plain = fitLandmarks(basis, landmarks, { camera }).shape.identity;
    for (const mean of [[0, 0, 0], [0]]) expect(fitLandmarks(basis, landmarks, { camera, person: { mean, spread: 1 } }).shape.identity).toEqual(plain);
  });

  test.each([{ mean: [NaN], spread: 1 }, { mean: [0], spread: 0 }, { mean: [0], spread: -1 }])('error: a person of %j', (person) => {
    expect(() => fitLandmarks(basis, drawHead(6).landmarks, { camera, person })).toThrow(InputError);
  });

  test('gradient: slopes of the landmarks are those of differences', () => {
    const { shape, motion, landmarks } = drawHead(9);
    const task = { basis, camera, observed: landmarks, certainty: new Float64Array(68).fill(0.5) };
    const state = { motion, identity: shape.identity, expression: shape.expression };
    const { slopes } = linearise(task, state);
    const step = 1e-5;
    const nudged = projectState(task, { ...state, identity: shape.identity.map((value, mode) => value + (mode === 1 ? step : 0)) })!;
    for (let row = 0; row < 20; row += 1) expect(slopes[row * 12 + 7]).toBeCloseTo((0.5 * (nudged[row]! - landmarks[row]!)) / step, 3);
  });

  test('error: another number of points, such as are none, points on a line or in one place, scrambled and mirrored faces', () => {
    const { landmarks } = drawHead(4);
    const fit = (observed: Float64Array) => () => fitLandmarks(basis, observed, { camera });
    expect(fit(landmarks.slice(2))).toThrow(ShapeError);
    expect(fit(landmarks.map((value, at) => (at === 3 ? Number.NaN : value)))).toThrow(ShapeError);
    expect(fit(landmarks.map((_, at) => at >> 1))).toThrow(FaceError);
    expect(fit(landmarks.map(() => 5))).toThrow(FaceError);
    expect(fit(landmarks.map((_, at) => landmarks[(at * 37) % 136]!))).toThrow(FaceError);
    expect(fit(landmarks.map((value, at) => (at % 2 === 0 ? 256 - value : value)))).toThrow(FaceError);
    expect(() => fitLandmarks(basis, landmarks, { camera: { ...camera, focal: 0 } })).toThrow(InputError);
    expect(() => fitLandmarks(basis, landmarks, { camera, weights: [1] })).toThrow(InputError);
  });
});

test('solvePositive: the solution solves; a matrix that is not positive is refused', () => {
  const right = Float64Array.of(1, 2);
  expect(solvePositive(Float64Array.of(4, 0, 2, 3), right)).toBe(true);
  expect(4 * right[0]! + 2 * right[1]!).toBeCloseTo(1, 12);
  expect(2 * right[0]! + 3 * right[1]!).toBeCloseTo(2, 12);
  expect(solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toBe(false);
});
