import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { countParameters, flattenParameters, initialParameters, seededNormal } from '@mfim/nn';
import type { ParameterTree, WeightState } from '@mfim/nn';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { inception, inceptionParameters, inceptionSpec } from '../src/index.ts';

beforeAll(() => tf.setBackend('cpu'));

const DIVIDE = 32;

/** Values are compared with PyTorch's in tools/golden (narrow) and apps/cli (whole). */
function randomState(): WeightState {
  const tensors = flattenParameters(initialParameters(inceptionSpec(DIVIDE), seededNormal(1)) as ParameterTree);
  return new Map([...tensors].map(([name, tensor]) => [name, { data: tensor.dataSync() as Float32Array, shape: tensor.shape }]));
}

describe('inception', () => {
  test('law: of a plain image the size does not matter', () => {
    const parameters = inceptionParameters(randomState(), DIVIDE);
    const [small, wide] = [tf.fill([1, 8, 8, 3], 0.3), tf.fill([1, 40, 20, 3], 0.3)].map((image) => inception(parameters, image));
    expect(small!.shape).toEqual([1, 64]);
    expect(tf.max(tf.abs(tf.sub(small!, wide!))).dataSync()[0]).toBeLessThan(1e-5);
  });

  test('the published network has as many parameters as torchvision without its classifier', () => {
    // 23,834,568 of torchvision's Inception v3 without the auxiliary head, less 2048 * 1000 + 1000.
    expect(countParameters(inceptionSpec())).toBe(21_785_568);
  });

  test('error: no colours, weights of another width', () => {
    expect(() => inception(inceptionParameters(randomState(), DIVIDE), tf.zeros([1, 8, 8, 1]))).toThrow(ShapeError);
    expect(() => inceptionParameters(randomState())).toThrow(ShapeError);
  });
});
