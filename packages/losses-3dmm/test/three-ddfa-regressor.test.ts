import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { initialParameters, seededNormal } from '@mfim/nn';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  COEFFICIENT_WIDTHS,
  coefficientNetwork, foldCoefficientNetwork,
  coefficientNetworkKeys,
  coefficientNetworkParameters,
  coefficientNetworkSpec,
  coefficientNetworkState,
  threeDdfaCrop,
  threeDdfaRegressor,
} from '../src/index.ts';
import type { CoefficientNetworkParameters } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

/** A sixteenth of the channels. Values and gradients with the published weights are compared with PyTorch in tools/golden. */
const NARROW = 1 / 16;
const PARTS = ['pose', 'shape', 'expression'] as const;

const parameters = (seed = 1): CoefficientNetworkParameters =>
  initialParameters(coefficientNetworkSpec(NARROW), seededNormal(seed));
const face = (seed: number, size = 32, batch = 2): tf.Tensor => tf.randomUniform([batch, size, size, 3], -1, 1, 'float32', seed);

describe('threeDdfaRegressor', () => {
  test('smoke and shape: three parts of the stated widths, from a face of any size', () => {
    const regressor = threeDdfaRegressor(parameters());
    for (const size of [32, 50]) {
      const coefficients = regressor.regress(face(1, size));
      for (const part of PARTS) expect(coefficients[part].shape).toEqual([2, regressor.widths[part]]);
    }
  });

  test('value: without weights in the last layer, its bias, in the order pose, shape, expression', () => {
    const own = parameters();
    const total = Object.values(COEFFICIENT_WIDTHS).reduce((sum, width) => sum + width, 0);
    const silent = { ...own, head: { weight: tf.zerosLike(own.head.weight), bias: tf.range(0, total, 1) } };
    const { pose, shape, expression } = threeDdfaRegressor(silent).regress(face(1));
    expect([pose, shape, expression].map((part) => part.dataSync()[0])).toEqual([0, 12, 52]);
    expect(expression.dataSync()[9]).toBe(61);
  });

  test('law: the faces of a batch do not touch each other', () => {
    const regressor = threeDdfaRegressor(parameters());
    const both = regressor.regress(face(1)).shape.arraySync() as number[][];
    const alone = regressor.regress(tf.slice(face(1), 1)).shape.arraySync() as number[][];
    alone[0]!.forEach((value, index) => expect(value).toBeCloseTo(both[1]![index]!, 4));
  });

  test('law: brightness matters, so the input range does', () => {
    const regressor = threeDdfaRegressor(parameters());
    const [light, dark] = [1, 0.5].map((scale) => regressor.regress(tf.mul(face(1), scale)).shape);
    expect(tf.max(tf.abs(tf.sub(light!, dark!))).dataSync()[0]).toBeGreaterThan(0.01);
  });

  test('gradient by the pixels agrees with the difference', () => {
    const regressor = threeDdfaRegressor(parameters());
    const value = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(regressor.regress(x).expression));
    expect(slopeError(value, face(1, 32, 1), 0.003)).toBeLessThan(0.05);
  });

  test('error: a face of another size for the network, an image that is not square', () => {
    expect(() => coefficientNetwork(foldCoefficientNetwork(parameters()), face(1, 112))).toThrow(ShapeError);
    expect(() => threeDdfaRegressor(parameters()).regress(tf.zeros([1, 32, 40, 3]))).toThrow(ShapeError);
  });
});

describe('coefficientNetworkParameters', () => {
  const read = (state: Parameters<typeof coefficientNetworkParameters>[0]) => coefficientNetworkParameters(state, NARROW);

  test('law: the key map is one to one, and parameters -> state -> parameters -> state changes nothing', () => {
    const keys = coefficientNetworkKeys();
    expect(new Set(keys.map(({ theirs }) => theirs)).size).toBe(keys.length);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        const state = coefficientNetworkState(parameters(seed));
        const again = coefficientNetworkState(read(state));
        expect([...again.keys()].toSorted()).toEqual(keys.map(({ theirs }) => theirs).toSorted());
        for (const [name, tensor] of state) expect(again.get(name)).toEqual(tensor);
      }),
      { numRuns: 5 },
    );
  });

  test('layouts: [out, in, k, k], depthwise [channels, 1, k, k], linear [out, in]', () => {
    const state = coefficientNetworkState(parameters());
    expect(state.get('conv1.weight')?.shape).toEqual([2, 3, 3, 3]);
    expect(state.get('dw5_6.conv_dw.weight')?.shape).toEqual([32, 1, 3, 3]);
    expect(state.get('dw5_6.conv_sep.weight')?.shape).toEqual([64, 32, 1, 1]);
    expect(state.get('fc_param.weight')?.shape).toEqual([62, 64]);
  });

  test('error: a missing tensor, a prefix, another width', () => {
    const state = coefficientNetworkState(parameters());
    const less = new Map(state);
    less.delete('dw3_2.bn_sep.running_var');
    expect(() => read(less)).toThrow('dw3_2.bn_sep.running_var');
    expect(() => read(new Map([...state].map(([name, tensor]) => [`module.${name}`, tensor])))).toThrow(InputError);
    expect(() => coefficientNetworkParameters(state)).toThrow('with another shape');
  });
});

describe('threeDdfaCrop', () => {
  /** Channels x, y and 1, in shares of the image. */
  function shares(size: number): tf.Tensor {
    const at = (index: number): number => (index + 0.5) / size;
    const values = Array.from({ length: size * size }, (_, index) => [at(index % size), at(Math.floor(index / size)), 1]);
    return tf.tensor(values.flat(), [1, size, size, 3]);
  }

  test.each([64, 256])('value: the square around (0.508, 0.658) with side 0.815, from %d pixels', (size) => {
    const data = threeDdfaCrop(shares(size)).dataSync();
    const at = (column: number, row: number): readonly number[] => Array.from(data.subarray((row * 120 + column) * 3, (row * 120 + column) * 3 + 3));
    const corner = [0.508 - 0.815 / 2, 0.658 - 0.815 / 2] as const;
    for (const [column, row] of [[10, 10], [60, 60], [110, 80]] as const) {
      const [x, y, one] = at(column, row) as [number, number, number];
      expect(Math.abs(x - corner[0] - ((column + 0.5) / 120) * 0.815)).toBeLessThan(0.002);
      expect(Math.abs(y - corner[1] - ((row + 0.5) / 120) * 0.815)).toBeLessThan(0.002);
      expect(one).toBeCloseTo(1, 5);
    }
  });
});
