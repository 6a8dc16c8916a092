import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { flattenSpecs, initialParameters, flattenParameters, seededNormal } from '@mfim/nn';
import type { ParameterTree, SpecTree, WeightState } from '@mfim/nn';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { DECA_WIDTHS, DEEP_3D_WIDTHS, RES_NET_FACE_SIZE, decaCoefficients, decaParameters, decaRegressor, decaSpec, deep3dCoefficients, deep3dParameters, deep3dRegressor, deep3dSpec } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

const SMALL = { width: 2, blocks: [1, 1, 1, 1] };
const HIDDEN = 8;

/** Values at the published size are compared with PyTorch's in apps/cli (`import-networks-parity`). */
function randomState(spec: SpecTree): WeightState {
  const tensors = flattenParameters(initialParameters(spec, seededNormal(1)) as ParameterTree);
  return new Map([...tensors].map(([name, tensor]) => [name, { data: tensor.dataSync() as Float32Array, shape: tensor.shape }]));
}

const deca = () => decaParameters(randomState(decaSpec(SMALL, HIDDEN)), SMALL, HIDDEN);
const deep3d = () => deep3dParameters(randomState(deep3dSpec(SMALL)), SMALL);
const image = (seed: number, side: number): tf.Tensor4D => tf.randomUniform([2, side, side, 3], -1, 1, 'float32', seed);
const widthsOf = (parts: object): Record<string, number> => Object.fromEntries(Object.entries(parts as Record<string, tf.Tensor>).map(([name, part]) => [name, part.shape[1]!]));

describe('DECA', () => {
  test('shape: parts of the published widths', () => {
    const parts = decaCoefficients(deca(), image(1, RES_NET_FACE_SIZE));
    expect(widthsOf(parts)).toEqual(DECA_WIDTHS);
    expect(Object.values(DECA_WIDTHS).reduce((sum, width) => sum + width, 0)).toBe(236);
  });

  test('role: shape, rotation, expression with the jaw, of aligned faces of any size', () => {
    expect(widthsOf(decaRegressor(deca()).regress(image(1, 32)))).toEqual({ shape: 100, pose: 3, expression: 53 });
  });

  test('gradient by the pixels agrees with the difference', () => {
    const regressor = decaRegressor(deca());
    expect(slopeError((x) => tf.sum(tf.square(regressor.regress(x).expression)), image(2, 16), 0.003)).toBeLessThan(0.05);
  });

  test('error: a face of another size, a missing weight, the full size from small weights', () => {
    expect(() => decaCoefficients(deca(), image(1, 112))).toThrow(ShapeError);
    const less = new Map(randomState(decaSpec(SMALL, HIDDEN)));
    less.delete('hidden.bias');
    expect(() => decaParameters(less, SMALL, HIDDEN)).toThrow('hidden.bias');
    expect(() => decaParameters(randomState(decaSpec(SMALL, HIDDEN)))).toThrow(ShapeError);
  });
});

describe('Deep3DFaceRecon', () => {
  test('shape: parts of the published widths; the role', () => {
    expect(widthsOf(deep3dCoefficients(deep3d(), image(1, RES_NET_FACE_SIZE)))).toEqual(DEEP_3D_WIDTHS);
    expect(widthsOf(deep3dRegressor(deep3d()).regress(image(1, 32)))).toEqual({ shape: 80, pose: 6, expression: 64 });
  });

  test('gradient by the pixels agrees with the difference', () => {
    const regressor = deep3dRegressor(deep3d());
    expect(slopeError((x) => tf.sum(tf.square(regressor.regress(x).shape)), image(3, 16), 0.003)).toBeLessThan(0.05);
  });

  test('the specification of the published size', () => {
    const specs = flattenSpecs(deep3dSpec());
    expect(specs.get('trunk.stages.stage4.block2.expand.kernel')?.shape).toEqual([1, 1, 512, 2048]);
    expect([...specs.keys()].filter((name) => name.startsWith('heads.'))).toHaveLength(14);
  });
});
