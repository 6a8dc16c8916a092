import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import {
  EULER_RULES,
  irradiance,
  landmarkPositions,
  morphVertices,
  movePoints,
  projectPerspective,
  projectWeakly,
  rotationFromAxisAngle,
  rotationFromEuler,
  rotationFromSix,
  vertexNormals,
} from '@mfim/face3d';
import type { EulerConvention } from '@mfim/face3d';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  axisAngleRotations,
  eulerRotations,
  harmonicIrradiance,
  linearModelParameters,
  linearMorphableModel,
  meshNormals,
  placePoints,
  projectLandmarks,
  projectPoints,
  sixRotations,
} from '../src/index.ts';
import { slopeError } from './gradient-check.ts';
import { tetrahedronBasis } from './tetrahedron-basis.ts';

beforeAll(() => tf.setBackend('cpu'));

const draw = (seed: number, shape: number[], size = 1): tf.Tensor => tf.randomNormal(shape, 0, size, 'float32', seed);
/** Largest difference between a tensor and float64 numbers. */
const gap = (tensor: tf.Tensor, expected: ArrayLike<number>): number => {
  const values = tensor.dataSync();
  expect(values).toHaveLength(expected.length);
  return Math.max(...Array.from(values, (value, at) => Math.abs(value - expected[at]!)));
};
const rows = (tensor: tf.Tensor): number[][] => tf.reshape(tensor, [tensor.shape[0]!, -1]).arraySync() as number[][];
/** A scalar with a slope in every element. */
const mixed = (tensor: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tensor, draw(99, tensor.shape)));

describe('rotations', () => {
  const conventions = Object.keys(EULER_RULES) as EulerConvention[];

  test('smoke, shape, value: as in float64, small angles and none included', () => {
    for (const size of [1, 0.05, 1e-4, 0]) {
      const vectors = draw(1, [5, 3], size);
      expect(axisAngleRotations(vectors).shape).toEqual([5, 3, 3]);
      expect(gap(axisAngleRotations(vectors), rows(vectors).flatMap((row) => [...rotationFromAxisAngle(row)]))).toBeLessThan(2e-6);
    }
    const six = draw(2, [5, 6]);
    expect(gap(sixRotations(six), rows(six).flatMap((row) => [...rotationFromSix(row)]))).toBeLessThan(5e-6);
    const angles = draw(3, [5, 3]);
    for (const convention of conventions) {
      const expected = rows(angles).flatMap(([pitch, yaw, roll]) => [...rotationFromEuler(convention, { pitch: pitch!, yaw: yaw!, roll: roll! })]);
      expect(gap(eulerRotations(convention, angles), expected)).toBeLessThan(2e-6);
    }
  });

  test('gradient: agrees with differences, through small angles; finite at none', () => {
    for (const size of [1, 0.02]) expect(slopeError((x) => mixed(axisAngleRotations(x)), draw(4, [3, 3], size), 0.01)).toBeLessThan(0.01);
    expect(slopeError((x) => mixed(sixRotations(x)), draw(5, [3, 6]), 0.01)).toBeLessThan(0.01);
    for (const convention of conventions) expect(slopeError((x) => mixed(eulerRotations(convention, x)), draw(6, [3, 3]), 0.01)).toBeLessThan(0.01);
    const atNone = tf.grad((x: tf.Tensor) => mixed(axisAngleRotations(x)))(tf.zeros([2, 3]));
    expect([...atNone.dataSync()].every(Number.isFinite)).toBe(true);
  });

  test('law: R R^T is the identity, and the determinant 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        for (const rotation of [axisAngleRotations(draw(seed, [1, 3])), sixRotations(draw(seed, [1, 6])), eulerRotations('hopenet', draw(seed, [1, 3]))]) {
          expect(gap(tf.matMul(rotation, rotation, false, true), [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-5);
          const [a, b, c, d, e, f, g, h, i] = rotation.dataSync();
          expect(a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!)).toBeCloseTo(1, 4);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('error: other widths', () => {
    expect(() => axisAngleRotations(draw(1, [2, 4]))).toThrow(ShapeError);
    expect(() => sixRotations(draw(1, [2, 3]))).toThrow(ShapeError);
    expect(() => eulerRotations('deep3d', draw(1, [3]))).toThrow(ShapeError);
  });
});

describe('cameras', () => {
  const points = draw(7, [2, 6, 3]);
  const placement = { rotations: axisAngleRotations(draw(8, [2, 3])), translations: tf.tensor2d([[1, 2, -20], [-3, 1, -30]]) };
  const centre = tf.tensor2d([[64, 60], [30, 31]]);
  const lens = tf.tensor2d([[90], [120]]);

  test('smoke, shape, value: as in float64', () => {
    const placed = placePoints(points, placement);
    const expected = rows(points).map((row, face) => movePoints(row, { rotation: Float64Array.from(rows(placement.rotations)[face]!), translation: rows(placement.translations)[face]! }));
    expect(placed.shape).toEqual([2, 6, 3]);
    expect(gap(placed, expected.flatMap((face) => [...face]))).toBeLessThan(1e-5);
    const where = rows(centre) as [number, number][];
    const pinhole = expected.flatMap((face, index) => [...projectPerspective(face, { focal: rows(lens)[index]![0]!, centre: where[index]! })]);
    const weak = expected.flatMap((face, index) => [...projectWeakly(face, { scale: rows(lens)[index]![0]!, centre: where[index]! })]);
    expect(gap(projectPoints(placed, { focal: lens, centre }), pinhole)).toBeLessThan(1e-4);
    expect(gap(projectPoints(placed, { scale: lens, centre }), weak)).toBeLessThan(1e-3);
  });

  test('gradient: by points, rotations, translations, lens and centre', () => {
    const project = (camera: 'focal' | 'scale', part: Partial<{ points: tf.Tensor; rotations: tf.Tensor; translations: tf.Tensor; lens: tf.Tensor; centre: tf.Tensor }>): tf.Tensor => {
      const all = { points, ...placement, lens, centre, ...part };
      const seen = camera === 'focal' ? { focal: all.lens, centre: all.centre } : { scale: all.lens, centre: all.centre };
      return mixed(projectPoints(placePoints(all.points, { rotations: all.rotations, translations: all.translations }), seen));
    };
    for (const camera of ['focal', 'scale'] as const) {
      expect(slopeError((x) => project(camera, { points: x }), points)).toBeLessThan(0.01);
      expect(slopeError((x) => project(camera, { rotations: x }), placement.rotations)).toBeLessThan(0.01);
      expect(slopeError((x) => project(camera, { translations: x }), placement.translations)).toBeLessThan(0.01);
      expect(slopeError((x) => project(camera, { lens: x }), lens, 0.5)).toBeLessThan(0.01);
      expect(slopeError((x) => project(camera, { centre: x }), centre, 0.5)).toBeLessThan(0.01);
    }
  });

  test('law: twice as far and twice the lens is the same picture', () => {
    const flat = tf.tensor3d([[[1, 2, -10], [3, -1, -10]]]);
    const near = projectPoints(flat, { focal: tf.tensor2d([[50]]), centre: tf.tensor2d([[7, 8]]) });
    const far = projectPoints(tf.mul(flat, [1, 1, 2]), { focal: tf.tensor2d([[100]]), centre: tf.tensor2d([[7, 8]]) });
    expect(gap(far, near.dataSync())).toBeLessThan(1e-5);
  });

  test('error: shapes that do not fit together', () => {
    expect(() => placePoints(points, { ...placement, translations: tf.zeros([3, 3]) })).toThrow(ShapeError);
    expect(() => projectPoints(points, { scale: tf.zeros([2]), centre })).toThrow(ShapeError);
  });
});

describe('meshes and light', () => {
  const basis = tetrahedronBasis();
  const model = linearMorphableModel(basis, linearModelParameters(basis));
  const identity = tf.tensor2d([[0.3, -0.2], [0, 1]]);
  const expression = tf.tensor2d([[0.5], [0.1]]);
  const shapes = rows(identity).map((row, face) => morphVertices(basis, { identity: row, expression: rows(expression)[face]! }));

  test('smoke, shape, value: vertices, landmarks, normals, irradiance as in float64', () => {
    const vertices = model.vertices({ identity, expression });
    expect(vertices.shape).toEqual([2, 4, 3]);
    expect(gap(vertices, shapes.flatMap((shape) => [...shape]))).toBeLessThan(1e-6);
    expect(gap(model.landmarks(vertices), shapes.flatMap((shape) => [...landmarkPositions(shape, basis.landmarks)]))).toBeLessThan(1e-6);
    const normals = shapes.map((shape) => vertexNormals(shape, basis.triangles));
    expect(gap(meshNormals(vertices, basis.triangles), normals.flatMap((face) => [...face]))).toBeLessThan(1e-6);
    const light = draw(9, [2, 9, 3]);
    const lit = normals.flatMap((face, index) => [...irradiance(face, rows(light)[index]!)]);
    expect(gap(harmonicIrradiance(meshNormals(vertices, basis.triangles), light), lit)).toBeLessThan(1e-5);
  });

  test('gradient: by coefficients and by light', () => {
    const light = draw(10, [2, 9, 3]);
    const shade = (coefficients: tf.Tensor, by: tf.Tensor): tf.Tensor => mixed(harmonicIrradiance(meshNormals(model.vertices({ identity: coefficients, expression }), basis.triangles), by));
    expect(slopeError((x) => shade(x, light), identity, 0.01)).toBeLessThan(0.01);
    expect(slopeError((x) => shade(identity, x), light)).toBeLessThan(0.01);
    const view = { rotations: axisAngleRotations(draw(11, [2, 3], 0.3)), translations: tf.tensor2d([[0, 0, -9], [0, 0, -9]]), camera: { focal: tf.fill([2, 1], 40), centre: tf.fill([2, 2], 16) } };
    expect(projectLandmarks(model, { identity, expression }, view).shape).toEqual([2, 2, 2]);
    expect(slopeError((x) => mixed(projectLandmarks(model, { identity: x, expression }, view)), identity, 0.01)).toBeLessThan(0.01);
    expect(slopeError((x) => mixed(projectLandmarks(model, { identity, expression: x }, view)), expression, 0.01)).toBeLessThan(0.01);
  });

  test('law: normals turn with the mesh, and do not know its size', () => {
    const vertices = model.vertices({ identity, expression });
    const rotations = axisAngleRotations(draw(12, [2, 3]));
    const turned = meshNormals(placePoints(tf.mul(vertices, 3), { rotations, translations: tf.zeros([2, 3]) }), basis.triangles);
    const expected = placePoints(meshNormals(vertices, basis.triangles), { rotations, translations: tf.zeros([2, 3]) });
    expect(gap(turned, expected.dataSync())).toBeLessThan(1e-5);
  });

  test('error: other widths, joints, modes of another mesh', () => {
    expect(() => model.vertices({ identity: tf.zeros([2, 3]), expression })).toThrow(ShapeError);
    expect(() => model.vertices({ identity, expression, joints: tf.zeros([2, 3]) })).toThrow(InputError);
    expect(() => model.landmarks(tf.zeros([2, 5, 3]))).toThrow(ShapeError);
    expect(() => linearModelParameters({ ...basis, identity: new Float32Array(7) })).toThrow(InputError);
    expect(() => harmonicIrradiance(tf.zeros([1, 4, 3]), tf.zeros([1, 4, 3]))).toThrow(ShapeError);
  });
});
