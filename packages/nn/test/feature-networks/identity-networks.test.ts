import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { IR_SE_50, countParameters, flattenParameters, foldNorms, initialParameters, irSeNet, irSeNetParameters, irSeNetSpec, normedConvSpec, resNet, resNetFeatures, resNetParameters, resNetSpec, sFace, sFaceEmbedder, sFaceParameters, sFaceSpec, seededNormal } from '../../src/index.ts';
import type { ParameterTree, SpecTree, WeightState } from '../../src/index.ts';
import { batchNorm } from '../../src/batch-norm.ts';

beforeAll(() => tf.setBackend('cpu'));

/** Values and gradients are compared with PyTorch's in tools/golden, whole networks in apps/cli. */
function randomState(spec: SpecTree): WeightState {
  const tensors = flattenParameters(initialParameters(spec, seededNormal(1)) as ParameterTree);
  return new Map([...tensors].map(([name, tensor]) => [name, { data: tensor.dataSync() as Float32Array, shape: tensor.shape }]));
}

const image = (seed: number, side: number): tf.Tensor4D => tf.randomUniform([2, side, side, 3], -1, 1, 'float32', seed);
const lengths = (embedding: tf.Tensor): number[] => [...tf.norm(embedding, 2, 1).dataSync()];

describe('irSeNet', () => {
  const size = { side: 16, stages: [{ channels: 4, units: 1 }, { channels: 6, units: 2 }], embedding: 5 };

  test('shape: unit vectors; law: the faces of a batch do not touch each other', () => {
    const parameters = irSeNetParameters(randomState(irSeNetSpec(size)), size);
    const both = irSeNet(parameters, image(1, 16), size);
    expect(both.shape).toEqual([2, 5]);
    for (const length of lengths(both)) expect(length).toBeCloseTo(1, 5);
    const alone = irSeNet(parameters, tf.slice(image(1, 16), 1), size);
    expect(tf.max(tf.abs(tf.sub(alone, tf.slice(both, 1)))).dataSync()[0]).toBeLessThan(1e-5);
  });

  test('IR-SE50 has the published number of parameters', () => {
    // 43.8 million; its normalisations' statistics are not among them.
    expect(countParameters(irSeNetSpec(IR_SE_50))).toBe(43_797_696);
  });

  test('error: a face of another size, a missing weight', () => {
    const state = randomState(irSeNetSpec(size));
    expect(() => irSeNet(irSeNetParameters(state, size), image(1, 32), size)).toThrow(ShapeError);
    const less = new Map(state);
    less.delete('units.unit1.norm0.mean');
    expect(() => irSeNetParameters(less, size)).toThrow('units.unit1.norm0.mean');
  });
});

describe('sFace', () => {
  test('role: unit vectors of aligned faces of any size', () => {
    const embedding = sFaceEmbedder(sFaceParameters(randomState(sFaceSpec()))).embed(tf.slice(image(4, 24), 0, 1));
    expect(embedding.shape).toEqual([1, 128]);
    expect(lengths(embedding)[0]).toBeCloseTo(1, 5);
  });

  test('error: a face of another size, a missing weight', () => {
    const state = new Map(randomState(sFaceSpec()));
    expect(() => sFace(sFaceParameters(state), tf.zeros([1, 96, 96, 3]))).toThrow(ShapeError);
    state.delete('input.shift');
    expect(() => sFaceParameters(state)).toThrow('input.shift');
  });
});

describe('resNet', () => {
  const size = { width: 2, blocks: [1, 2, 1, 1] };

  test('shape: 32 times the width; law: a black image and a missing one differ', () => {
    const parameters = resNetParameters(randomState(resNetSpec(size)), size);
    const features = resNet(parameters, image(2, 48));
    expect(features.shape).toEqual([2, resNetFeatures(size)]);
    expect(tf.max(tf.abs(tf.sub(features, resNet(parameters, image(3, 48))))).dataSync()[0]).toBeGreaterThan(0);
  });

  test('ResNet-50 has the published number of parameters, without its classifier', () => {
    // torchvision: 25,557,032, less 2048 * 1000 + 1000.
    expect(countParameters(resNetSpec())).toBe(23_508_032);
  });
});

describe('foldNorms', () => {
  test('law: equals the convolution followed by its normalisation, with any epsilon', () => {
    const normal = seededNormal(5);
    const { kernel, norm } = initialParameters(normedConvSpec(3, 2, 4), normal);
    const uneven = { ...norm, mean: tf.tensor1d(normal(4)), variance: tf.tensor1d(normal(4).map(Math.abs)), offset: tf.tensor1d(normal(4)) };
    const x = tf.randomNormal([1, 5, 5, 2], 0, 1, 'float32', 6) as tf.Tensor4D;
    const convolve = (filter: tf.Tensor): tf.Tensor => tf.conv2d(x, filter as tf.Tensor4D, 1, 'same');
    const plain = batchNorm({ ...uneven, variance: tf.add(uneven.variance, 1e-3 - 1e-5) }, convolve(kernel));
    const folded = foldNorms({ inner: { kernel, norm: uneven } }, 1e-3).inner;
    expect(tf.max(tf.abs(tf.sub(plain, tf.add(convolve(folded.kernel), folded.bias)))).dataSync()[0]).toBeLessThan(1e-5);
  });
});
