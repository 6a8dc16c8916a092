import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { seededNormal } from '@mfim/nn';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { axisAngleRotations, contourLandmarks, flameModel, flameParameters, importedFlameBasis, linearModelParameters, linearMorphableModel, narrowBasis } from '../src/index.ts';
import type { FlameBasis } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

const VERTICES = 12;
const PARENTS = [-1, 0, 1, 1, 1];
const WIDTH = VERTICES * 3;
const ROWS = 79;

/** Rows of positive numbers that sum to 1. */
function shares(numbers: Float32Array, width: number): Float32Array {
  const sums = Array.from({ length: numbers.length / width }, (_, row) => numbers.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + Math.abs(value), 0));
  return numbers.map((value, at) => Math.abs(value) / sums[Math.floor(at / width)]!);
}

/** Values with PyTorch's are compared in apps/cli (`import-bases-parity`). */
function randomBasis(seed: number): FlameBasis {
  const normal = seededNormal(seed);
  const small = (count: number): Float32Array => normal(count).map((value) => value * 0.05);
  const corners = (count: number): Int32Array => Int32Array.from({ length: count * 3 }, (_, at) => (at * 5) % VERTICES);
  return {
    name: 'flame',
    mean: normal(WIDTH),
    identity: small(4 * WIDTH),
    expression: small(3 * WIDTH),
    triangles: Int32Array.of(0, 1, 2),
    landmarks: { vertices: corners(68), weights: shares(normal(68 * 3), 3) },
    millimetresPerUnit: 1000,
    jointRegressor: shares(normal(PARENTS.length * VERTICES), VERTICES),
    skinWeights: shares(normal(VERTICES * PARENTS.length), PARENTS.length),
    corrections: small(9 * 4 * WIDTH),
    parents: PARENTS,
    inner: { vertices: corners(51), weights: shares(normal(51 * 3), 3) },
    contour: { vertices: corners(ROWS * 17), weights: shares(normal(ROWS * 17 * 3), 3) },
  };
}

const basis = randomBasis(1);
const coefficients = () => ({ identity: tf.randomNormal([2, 4], 0, 1, 'float32', 1), expression: tf.randomNormal([2, 3], 0, 1, 'float32', 2) });
const jointsOf = (rows: readonly (readonly number[])[]): tf.Tensor2D => tf.tensor2d(rows.map((row) => [...row, ...Array.from({ length: 15 - row.length }, () => 0)]));
const largest = (difference: tf.Tensor): number => tf.max(tf.abs(difference)).dataSync()[0]!;

describe('flameModel', () => {
  test('law: at rest, or with joints at 0, it is the linear model', () => {
    const model = flameModel(basis, flameParameters(basis));
    const given = coefficients();
    const linear = linearMorphableModel(basis, linearModelParameters(basis)).vertices(given);
    expect(largest(tf.sub(model.vertices(given), linear))).toBe(0);
    expect(largest(tf.sub(model.vertices({ ...given, joints: tf.zeros([2, 15]) }), linear))).toBeLessThan(1e-5);
    expect([model.widths, model.vertexCount]).toEqual([{ identity: 4, expression: 3, joints: 15 }, VERTICES]);
  });

  test('law: the root turns the whole head about its joint', () => {
    const parameters = flameParameters(basis);
    const model = flameModel(basis, parameters);
    const given = coefficients();
    const turns = [[0.3, -0.8, 0.5], [1.2, 0.1, -0.4]];
    const rest = model.vertices(given) as tf.Tensor3D;
    const joint = tf.slice(tf.matMul(parameters.jointRegressor, rest), [0, 0, 0], [2, 1, 3]);
    const wanted = tf.add(tf.matMul(tf.sub(rest, joint) as tf.Tensor3D, axisAngleRotations(tf.tensor2d(turns)), false, true), joint);
    expect(largest(tf.sub(model.vertices({ ...given, joints: jointsOf(turns) }), wanted))).toBeLessThan(1e-5);
  });

  test('law: what follows the root alone does not move with the jaw, up to the corrections', () => {
    const skinWeights = basis.skinWeights.map((_, at) => (at % PARENTS.length === 0 ? 1 : 0));
    const still = { ...basis, skinWeights, corrections: basis.corrections.map(() => 0) };
    const model = flameModel(still, flameParameters(still));
    const given = coefficients();
    const joints = jointsOf([[0, 0, 0, 0, 0, 0, 0.5], [0, 0, 0, 0.3]]);
    expect(largest(tf.sub(model.vertices({ ...given, joints }), model.vertices(given)))).toBeLessThan(1e-6);
  });

  test('gradient: by joints and by identity, against differences', () => {
    const model = flameModel(basis, flameParameters(basis));
    const { identity, expression } = coefficients();
    const joints = tf.randomNormal([2, 15], 0, 0.3, 'float32', 3);
    const value = (parts: { identity?: tf.Tensor; joints?: tf.Tensor }): tf.Tensor => tf.sum(tf.square(model.landmarks(model.vertices({ identity, expression, joints, ...parts }))));
    expect(slopeError((turned) => value({ joints: turned }), joints, 0.01)).toBeLessThan(0.01);
    expect(slopeError((shape) => value({ identity: shape }), identity, 0.01)).toBeLessThan(0.01);
  });

  test('error: arrays of two models, joints of another width', () => {
    expect(() => flameParameters({ ...basis, skinWeights: new Float32Array(7) })).toThrow(InputError);
    const model = flameModel(basis, flameParameters(basis));
    expect(() => model.vertices({ ...coefficients(), joints: tf.zeros([2, 6]) })).toThrow(ShapeError);
  });
});

describe('contourLandmarks', () => {
  /** Each row of the table names one vertex. */
  const table = { ...basis, contour: { vertices: Int32Array.from({ length: ROWS * 17 * 3 }, (_, at) => Math.floor(at / 51)), weights: Float32Array.from({ length: ROWS * 17 * 3 }, (_, at) => (at % 3 === 0 ? 1 : 0)) } };
  const numbered = tf.tidy(() => tf.reshape(tf.tile(tf.reshape(tf.range(0, ROWS), [ROWS, 1]), [1, 3]), [1, ROWS, 3]));
  const rowAt = (degrees: number, neck = 0): number =>
    (contourLandmarks(table, numbered, jointsOf([[0, ((degrees - neck) * Math.PI) / 180, 0, 0, (neck * Math.PI) / 180, 0]])).dataSync()[0] as number);

  test.each([[0, 0], [7.2, 7], [39, 39], [80, 39], [-1, 40], [-20.4, 59], [-39, 78], [-70, 78]])('value: a yaw of %d degrees takes row %d', (degrees, row) => {
    expect(rowAt(degrees)).toBe(row);
  });

  test('root and neck turn the head together', () => expect(rowAt(30, 12)).toBe(30));

  test('shape, gradient: 68 points, differentiable by the vertices', () => {
    const joints = jointsOf([[0, 0.2], [0, -0.3]]);
    const vertices = tf.randomNormal([2, VERTICES, 3], 0, 1, 'float32', 4);
    expect(contourLandmarks(basis, vertices, joints).shape).toEqual([2, 68, 3]);
    expect(slopeError((x) => tf.sum(tf.square(contourLandmarks(basis, x, joints))), vertices, 0.01)).toBeLessThan(0.01);
  });
});

describe('narrowBasis', () => {
  test('law: the first modes, nothing else', () => {
    const narrow = narrowBasis(basis, { identity: 2, expression: 1 });
    expect([...narrow.identity]).toEqual([...basis.identity.subarray(0, 2 * WIDTH)]);
    expect(narrow.expression).toHaveLength(WIDTH);
    expect(narrow.parents).toBe(basis.parents);
  });

  test('error: more modes than there are', () => {
    expect(() => narrowBasis(basis, { identity: 5, expression: 1 })).toThrow('4 modes at most');
  });
});

test('importedFlameBasis names what a file lacks', () => {
  expect(() => importedFlameBasis({ tensors: new Map(), config: {} })).toThrow('a tensor mean');
});
