import { ShapeError } from '@mfim/tensor-contracts';
import { expect, test } from 'vitest';
import { landmarksAtVertices, mediapipeLandmarks } from '../src/index.ts';
import { MEDIAPIPE_MISSES, MEDIAPIPE_VERTICES, PUPIL_VERTICES } from '../src/fitting/mediapipe-vertices.ts';

/** As many vertices as ICT-FaceKit's head has; each says its own number. */
const VERTICES = 26_719;
const basis = {
  name: 'numbers',
  mean: Float32Array.from({ length: VERTICES * 3 }, (_, at) => Math.floor(at / 3)),
  identity: new Float32Array(VERTICES * 3),
  expression: new Float32Array(0),
  triangles: new Int32Array(),
  landmarks: landmarksAtVertices([]),
  millimetresPerUnit: 10,
};

test('468 points are 468 vertices; with the irises both pupils follow', () => {
  const [skin, all] = [mediapipeLandmarks(basis, 468), mediapipeLandmarks(basis, 478)];
  expect(Array.from({ length: 468 }, (_, point) => skin.basis.mean[point * 3])).toEqual(MEDIAPIPE_VERTICES);
  expect([all.basis.mean[468 * 3], all.basis.mean[469 * 3]]).toEqual([...PUPIL_VERTICES]);
  expect([skin.weights.length, all.weights.length]).toEqual([468, 470]);
  for (const weight of all.weights) expect(weight > 0 && weight <= 1).toBe(true);
  expect(MEDIAPIPE_MISSES).toHaveLength(468);
});

test('pick takes x and y of the points that count', () => {
  const points = Array.from({ length: 478 * 3 }, (_, at) => at);
  const picked = mediapipeLandmarks(basis, 478).pick(points, 3);
  expect(Array.from(picked).slice(0, 4)).toEqual([0, 1, 3, 4]);
  expect(Array.from(picked).slice(-4)).toEqual([468 * 3, 468 * 3 + 1, 473 * 3, 473 * 3 + 1]);
  expect(() => mediapipeLandmarks(basis, 468).pick(points, 3)).toThrow(ShapeError);
});
