import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { flattenParameters, mobileFaceNet, mobileFaceNetEmbedder, mobileFaceNetParameters } from '../../src/index.ts';
import { batchNormAffine, foldedConvolution } from '../../src/feature-networks/weight-state.ts';
import type { WeightState } from '../../src/index.ts';
import { randomMobileFaceNetState } from './random-state.ts';

beforeAll(() => tf.setBackend('cpu'));

// Values and gradients with the published weights are compared with PyTorch in tools/golden.
describe('mobileFaceNet', () => {
  const state = randomMobileFaceNetState();

  test('smoke: unit vectors of 128 numbers', async () => {
    const embedder = mobileFaceNetEmbedder(mobileFaceNetParameters(state));
    const embedding = embedder.embed(tf.randomUniform([1, 32, 32, 3], -1, 1, 'float32', 1));
    expect(embedding.shape).toEqual([1, 128]);
    expect(tf.norm(embedding).dataSync()[0]).toBeCloseTo(1, 5);
  });

  test('parameters are a tree of tensors, batch normalisations folded away', () => {
    const flat = flattenParameters(mobileFaceNetParameters(state));
    expect(flat.size).toBe(2 * (3 + 15 * 3 + 1) + 1 + 2);
    expect(flat.get('blocks.block5.depthwise.kernel')?.shape).toEqual([3, 3, 256, 1]);
    expect(flat.get('window')?.shape).toEqual([7, 7, 512]);
  });

  test('another image size is refused', () => {
    const parameters = mobileFaceNetParameters(state);
    expect(() => mobileFaceNet(parameters, tf.zeros([1, 96, 96, 3]))).toThrow(ShapeError);
  });

  test('a missing weight is named', () => {
    const less = new Map(state);
    less.delete('gdconv.bn.weight');
    expect(() => mobileFaceNetParameters(less)).toThrow('gdconv.bn.weight');
    const prefixed = new Map([...state].map(([name, tensor]) => [`module.${name}`, tensor]));
    expect(() => mobileFaceNetParameters(prefixed)).toThrow('without a prefix');
  });
});

const tensor = (shape: number[], data: number[]) => ({ shape, data: Float32Array.from(data) });

describe('foldedConvolution', () => {
  const state: WeightState = new Map([
    ['conv.weight', tensor([2, 3, 1, 1], [1, 2, 3, 4, 5, 6])],
    ['deep.weight', tensor([2, 1, 1, 2], [1, 2, 3, 4])],
    ['norm.weight', tensor([2], [2, -1])],
    ['norm.bias', tensor([2], [0.5, 1])],
    ['norm.running_mean', tensor([2], [1, 2])],
    ['norm.running_var', tensor([2], [4, 0.25])],
  ]);

  test('law: equals the convolution followed by the normalisation', () => {
    const { kernel, bias } = foldedConvolution(state, 'conv', batchNormAffine(state, 'norm'));
    const x = tf.tensor4d([1, -1, 2], [1, 1, 1, 3]);
    const folded = tf.add(tf.conv2d(x, kernel, 1, 'valid'), bias).dataSync();
    const plain = [1 * 1 - 2 + 6, 4 - 5 + 12];
    const epsilon = 1e-5;
    expect(folded[0]).toBeCloseTo(((plain[0]! - 1) / Math.sqrt(4 + epsilon)) * 2 + 0.5, 5);
    expect(folded[1]).toBeCloseTo(-(plain[1]! - 2) / Math.sqrt(0.25 + epsilon) + 1, 5);
  });

  test('a depthwise kernel becomes [k, k, channels, 1]', () => {
    const { kernel } = foldedConvolution(state, 'deep', { scale: Float64Array.of(1, 1), shift: new Float64Array(2) });
    expect(kernel.shape).toEqual([1, 2, 2, 1]);
    expect([...kernel.dataSync()]).toEqual([1, 3, 2, 4]);
  });
});
