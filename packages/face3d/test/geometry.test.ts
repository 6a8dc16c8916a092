import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import {
  emptyFrame,
  identityRotation,
  irradiance,
  landmarkBasis,
  landmarkPositions,
  morphVertices,
  movePoints,
  projectPerspective,
  projectWeakly,
  rasterise,
  rotationFromAxisAngle,
  vertexNormals,
} from '../src/index.ts';
import { sphereBasis } from './small-head.ts';

describe('cameras', () => {
  test('value: x to the right, y down; far away both cameras agree', () => {
    expect([...projectWeakly([1, 2, 3], { scale: 10, centre: [50, 60] })]).toEqual([60, 40]);
    expect([...projectPerspective([1, 2, -4], { focal: 8, centre: [50, 60] })]).toEqual([52, 56]);
    const far = movePoints([1, 2, 3], { rotation: identityRotation(), translation: [0, 0, -1e6] });
    const [x, y] = projectPerspective(far, { focal: 10e6, centre: [50, 60] });
    expect(x).toBeCloseTo(60, 3);
    expect(y).toBeCloseTo(40, 3);
  });

  test('error: points behind the camera, cameras without a scale', () => {
    expect(() => projectPerspective([0, 0, 1], { focal: 8, centre: [0, 0] })).toThrow(InputError);
    expect(() => projectPerspective([0, 0, -1], { focal: 0, centre: [0, 0] })).toThrow(InputError);
    expect(() => projectWeakly([0, 0, 0], { scale: Number.NaN, centre: [0, 0] })).toThrow(InputError);
  });
});

describe('morphable meshes', () => {
  const basis = sphereBasis();

  test('law: linear in the coefficients; landmarks of the mesh are the mesh of landmarks', () => {
    const [one, two] = [morphVertices(basis, { identity: [1, 0, 0], expression: [] }), morphVertices(basis, { identity: [2, 0, 0], expression: [] })];
    two.forEach((value, at) => expect(value - basis.mean[at]!).toBeCloseTo(2 * (one[at]! - basis.mean[at]!), 9));
    const shape = { identity: [0.5, -1, 2], expression: [0.3, 0.1] };
    const landmarks = landmarkPositions(morphVertices(basis, shape), basis.landmarks);
    morphVertices(landmarkBasis(basis), shape).forEach((value, at) => expect(value).toBeCloseTo(landmarks[at]!, 5));
  });

  test('error: more coefficients than modes, and such as are not numbers', () => {
    expect(() => morphVertices(basis, { identity: [1, 2, 3, 4], expression: [] })).toThrow(InputError);
    expect(() => morphVertices(basis, { identity: [], expression: [Number.NaN] })).toThrow(InputError);
  });

  test('value: normals of a sphere point outwards, and turn with it', () => {
    const rotation = rotationFromAxisAngle([0.2, 0.9, -0.4]);
    const normals = vertexNormals(basis.mean, basis.triangles);
    const turned = vertexNormals(movePoints(basis.mean, { rotation, translation: [1, 2, 3] }), basis.triangles);
    movePoints(normals, { rotation, translation: [0, 0, 0] }).forEach((value, at) => expect(turned[at]).toBeCloseTo(value, 9));
    for (let at = 60; at < normals.length - 60; at += 3) {
      const outward = (normals[at]! * basis.mean[at]! + normals[at + 1]! * basis.mean[at + 1]! + normals[at + 2]! * basis.mean[at + 2]!) / 9;
      expect(outward).toBeGreaterThan(0.97);
    }
  });
});

describe('spherical harmonics', () => {
  test('value: constant light falls alike from everywhere; light from above on what faces up', () => {
    const constant = new Float64Array(27);
    constant.fill(1 / (Math.PI * Math.sqrt(1 / (4 * Math.PI))), 0, 3);
    irradiance([0, 1, 0, 0.6, 0, 0.8], constant).forEach((value) => expect(value).toBeCloseTo(1, 9));
    const above = new Float64Array(27).fill(1, 3, 6);
    const [up, , , down] = irradiance([0, 1, 0, 0, -1, 0], above);
    expect(up).toBeGreaterThan(0);
    expect(down).toBeCloseTo(-up!, 9);
  });
});

describe('rasterise', () => {
  const points = Float64Array.from([0, 0, 1, 8, 0, 1, 0, 8, 1, 0, 0, 2, 4, 0, 2, 0, 4, 2]);

  test('value: the nearer triangle wins, whatever the order; weights give the place back', () => {
    for (const order of [[0, 1, 2, 3, 4, 5], [3, 4, 5, 0, 1, 2]]) {
      const frame = emptyFrame(8, 8);
      rasterise(frame, { points, triangles: Int32Array.from(order), perspective: false });
      expect(order[frame.triangle[0]! * 3]).toBe(3);
      expect(order[frame.triangle[5]! * 3]).toBe(0);
      expect(frame.triangle[63]).toBe(-1);
      expect(4 * frame.weights[1]! + 0).toBeCloseTo(0.5, 6);
    }
  });

  test('value: holes show what is behind; triangles behind the camera are left out', () => {
    const frame = emptyFrame(8, 8);
    const triangles = Int32Array.from([0, 1, 2, 3, 4, 5]);
    rasterise(frame, { points, triangles, perspective: false }, { covers: (triangle) => triangle === 0 });
    expect(frame.triangle[0]).toBe(0);
    const empty = emptyFrame(8, 8);
    rasterise(empty, { points: points.map((value, at) => (at % 3 === 2 ? -value : value)), triangles, perspective: true });
    expect(empty.triangle.every((triangle) => triangle === -1)).toBe(true);
  });
});
