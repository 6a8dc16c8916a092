import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { flattenParameters, initialParameters, seededNormal } from '@mfim/nn';
import type { ParameterTree, SpecTree, WeightState } from '@mfim/nn';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectedDegrees, hopeNet, hopeNetParameters, hopeNetSpec, rotationOfSix, sixDRepNet, sixDRepNetParameters, sixDRepNetSpec } from '../src/index.ts';

beforeAll(() => tf.setBackend('cpu'));

const SMALL = { width: 2, blocks: [1, 1, 1, 1] };
const TINY_REP_VGG = { stem: 4, stages: [{ channels: 4, blocks: 2 }, { channels: 6, blocks: 1 }] };

const TRIALS = 50;

/** Values are compared with PyTorch's in tools/golden and apps/cli. */
function randomState(spec: SpecTree): WeightState {
  const tensors = flattenParameters(initialParameters(spec, seededNormal(1)) as ParameterTree);
  return new Map([...tensors].map(([name, tensor]) => [name, { data: tensor.dataSync() as Float32Array, shape: tensor.shape }]));
}

const face = (side = 224): tf.Tensor4D => tf.randomUniform([1, side, side, 3], -1, 1, 'float32', 1);

describe('hopeNet', () => {
  test('shape: 66 bins an angle; error: another size', () => {
    const parameters = hopeNetParameters(randomState(hopeNetSpec(SMALL)), SMALL);
    const { yaw, pitch, roll } = hopeNet(parameters, face());
    expect([yaw, pitch, roll].map(({ shape }) => shape)).toEqual([[1, 66], [1, 66], [1, 66]]);
    expect(() => hopeNet(parameters, face(112))).toThrow(ShapeError);
  });

  test('value: bins of 3 degrees from -99', () => {
    const sure = tf.mul(tf.oneHot(tf.tensor1d([0, 33, 65], 'int32'), 66), 100) as tf.Tensor2D;
    for (const [index, degrees] of [-99, 0, 96].entries()) expect(expectedDegrees(sure).dataSync()[index]).toBeCloseTo(degrees, 3);
    expect(expectedDegrees(tf.zeros([1, 66])).dataSync()[0]).toBeCloseTo(-1.5, 3);
  });
});

describe('6DRepNet', () => {
  test.each(['trained', 'deployed'] as const)('shape: a rotation matrix, %s; error: weights of the other form', (form) => {
    const state = randomState(sixDRepNetSpec(form, TINY_REP_VGG));
    const parameters = sixDRepNetParameters(state, form, TINY_REP_VGG);
    expect(sixDRepNet(parameters, face()).shape).toEqual([1, 3, 3]);
    expect(() => sixDRepNet(parameters, face(64))).toThrow(ShapeError);
    expect(() => sixDRepNetParameters(state, form === 'trained' ? 'deployed' : 'trained', TINY_REP_VGG)).toThrow(ShapeError);
  });

  test('law: six numbers give an orthonormal, right-handed matrix, whose first column points along the first three', () => {
    const normal = seededNormal(2);
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    const cross = ([a, b, c]: readonly number[], [x, y, z]: readonly number[]): number[] => [b! * z! - c! * y!, c! * x! - a! * z!, a! * y! - b! * x!];
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const six = [...normal(6)].map((value) => value * 3);
      const rows = (rotationOfSix(tf.tensor2d([six])).arraySync() as number[][][])[0]!;
      const [x, y, z] = [0, 1, 2].map((column) => rows.map((row) => row[column]!)) as [number[], number[], number[]];
      for (const axis of [x, y, z]) expect(dot(axis, axis)).toBeCloseTo(1, 4);
      for (const [index, value] of cross(x, y).entries()) expect(value).toBeCloseTo(z[index]!, 4);
      const first = six.slice(0, 3);
      expect(dot(x, first)).toBeCloseTo(Math.hypot(...first), 3);
    }
  });
});
