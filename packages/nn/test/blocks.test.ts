import '@tensorflow/tfjs';
import {
  batchNorm,
  batchNormSpec,
  biasActivation,
  blur,
  equalizedConv2d,
  equalizedLinear,
  initialParameters,
  linearSpec,
  minibatchDeviation,
  modulatedConv2d,
  observeBatchNorms,
  paddedConv2d,
  pixelNorm,
  residualUnit,
  residualUnitSpec,
  seededNormal,
  squeezeExcite,
  squeezeExciteSpec,
  upsample2d,
} from '@mfim/nn';
import { ShapeError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectGradient } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

const normal = seededNormal(7);
const random = (...shape: number[]): tf.Tensor => tf.tensor(normal(shape.reduce((a, b) => a * b, 1)), shape);
const difference = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number;
const linear = initialParameters(linearSpec({ input: 4, output: 3, biasStart: 0.5 }), seededNormal(1));
const gate = initialParameters(squeezeExciteSpec(4), seededNormal(2));
const norm = initialParameters(batchNormSpec(3), seededNormal(3));
const unit = initialParameters(residualUnitSpec({ input: 3, output: 5, stride: 2 }), seededNormal(4));
const weight = random(3, 3, 3, 5);

/** Every block as a function of x, with the shapes that belong to it and an x that it refuses. */
const blocks: readonly [name: string, f: (x: tf.Tensor) => tf.Tensor, input: number[], output: number[], wrong: number[]][] = [
  ['equalizedLinear', (x) => equalizedLinear(linear, x), [2, 4], [2, 3], [2, 5]],
  ['equalizedConv2d', (x) => equalizedConv2d(weight, x, { padding: 1 }), [2, 6, 6, 3], [2, 6, 6, 5], [2, 6, 6, 4]],
  ['equalizedConv2d down', (x) => equalizedConv2d(weight, x, { stride: 2 }), [1, 7, 7, 3], [1, 3, 3, 5], [1, 7, 7]],
  ['blur', (x) => blur(x, { padding: [2, 2] }), [2, 5, 5, 3], [2, 6, 6, 3], [5, 5, 3]],
  ['blur down', (x) => blur(x, { padding: [1, 1], down: 2 }), [2, 6, 6, 3], [2, 3, 3, 3], [6, 6, 3]],
  ['upsample2d', upsample2d, [2, 4, 4, 3], [2, 8, 8, 3], [4, 4, 3]],
  ['minibatchDeviation', minibatchDeviation, [4, 3, 3, 2], [4, 3, 3, 3], [6, 3, 3, 2]],
  ['batchNorm', (x) => batchNorm(norm, x), [2, 4, 4, 3], [2, 4, 4, 3], [2, 4, 4, 2]],
  ['squeezeExcite', (x) => squeezeExcite(gate, x), [2, 4, 4, 4], [2, 4, 4, 4], [2, 4, 4, 3]],
  ['pixelNorm', pixelNorm, [2, 8], [2, 8], []],
  ['residualUnit', (x) => residualUnit(unit, x, 2), [1, 8, 8, 3], [1, 4, 4, 5], [1, 8, 8, 4]],
  ['modulatedConv2d', (x) => modulatedConv2d({ x, weight, style: tf.ones([2, 3]) }, { demodulate: true, up: false }), [2, 4, 4, 3], [2, 4, 4, 5], [2, 4, 4, 2]],
  ['modulatedConv2d up', (x) => modulatedConv2d({ x, weight, style: tf.ones([1, 3]) }, { demodulate: true, up: true }), [1, 4, 4, 3], [1, 8, 8, 5], [2, 4, 4, 3]],
];

describe.each(blocks)('%s', (name, f, input, output, wrong) => {
  test('shape, and finite values', () => {
    const result = f(random(...input));
    expect(result.shape).toEqual(output);
    expect(result.dataSync().every(Number.isFinite)).toBe(true);
  });

  test.skipIf(wrong.length === 0)('refuses a wrong shape', () => {
    expect(() => f(random(...wrong))).toThrow();
  });

  // The unit's PReLU and the gate's ReLU have kinks, which differences straddle; their gradients are
  // checked against PyTorch in tools/golden.
  test.skipIf(name === 'residualUnit')('gradient', () => {
    expectGradient((x) => tf.mul(f(x), 0.5), random(...input), 5e-2);
  });
});

describe('values and laws', () => {
  test('observeBatchNorms: law: what it reports, stored, gives the same output afterwards, normalised', () => {
    const x = tf.add(tf.mul(random(8, 4, 4, 3), [1, 3, 0.2]), [5, -1, 0]);
    const reported: (typeof norm)[] = [];
    const observed = observeBatchNorms((parameters, statistics) => reported.push({ ...parameters, ...statistics }), () => batchNorm(norm, x));
    expect(reported).toHaveLength(1);
    expect(difference(batchNorm(reported[0] as typeof norm, x), observed)).toBeLessThan(1e-6);
    const { mean, variance } = tf.moments(observed, [0, 1, 2]);
    expect(difference(mean, tf.zeros([3]))).toBeLessThan(1e-5);
    expect(difference(variance, tf.ones([3]))).toBeLessThan(1e-3);
    expect(difference(batchNorm(norm, x), observed)).toBeGreaterThan(0.5);
  });

  test('observeBatchNorms: an error inside ends the observation', () => {
    const x = random(2, 3);
    expect(() => observeBatchNorms(() => undefined, () => { throw new Error('inside'); })).toThrow('inside');
    expect(difference(batchNorm(norm, x), x)).toBeLessThan(1e-4);
  });

  test('biasActivation: sqrt(2) times, slope 0.2', () => {
    const values = biasActivation(tf.tensor1d([1, -1]), tf.tensor1d([1, 0])).dataSync();
    expect([...values]).toEqual([expect.closeTo(2 * Math.SQRT2, 5), expect.closeTo(-0.2 * Math.SQRT2, 5)]);
  });

  test('equalizedLinear starts its bias at biasStart whatever the learning rate multiplier', () => {
    const slow = initialParameters(linearSpec({ input: 4, output: 3, biasStart: 0.5, lrMultiplier: 0.01 }), seededNormal(1));
    expect(equalizedLinear(slow, tf.zeros([1, 4]), 0.01).dataSync()[0]).toBeCloseTo(0.5, 6);
  });

  test('law: filters keep a constant image constant inside', () => {
    const up = upsample2d(tf.ones([1, 6, 6, 1]));
    expect(difference(tf.slice(up, [0, 2, 2, 0], [1, 8, 8, 1]), tf.ones([1, 8, 8, 1]))).toBeLessThan(1e-6);
    const same = blur(tf.ones([1, 6, 6, 1]), { padding: [2, 1] });
    expect(difference(tf.slice(same, [0, 2, 2, 0], [1, 2, 2, 1]), tf.ones([1, 2, 2, 1]))).toBeLessThan(1e-6);
  });

  test('law: filtering and dropping pixels is filtering those that are kept', () => {
    const x = random(2, 6, 6, 3);
    const every = blur(x, { padding: [1, 1] });
    const kept = tf.stridedSlice(every, [0, 0, 0, 0], every.shape, [1, 2, 2, 1]);
    expect(difference(blur(x, { padding: [1, 1], down: 2 }), kept)).toBeLessThan(1e-6);
  });

  test('law: demodulation makes the output independent of the scale of the style', () => {
    const x = random(1, 4, 4, 3);
    const style = tf.abs(random(1, 3));
    const draw = (scale: number) => modulatedConv2d({ x, weight, style: tf.mul(style, scale) }, { demodulate: true, up: false });
    expect(difference(draw(1), draw(7))).toBeLessThan(1e-3);
  });

  test('law: a style in the weights gives what the style around the activations gives', () => {
    for (const [up, demodulate, height, width] of [[false, true, 4, 6], [false, false, 3, 3], [true, true, 4, 6], [true, false, 1, 2]] as const) {
      const inputs = { x: random(1, height, width, 3), weight, style: random(1, 3) };
      const [first, second] = (['activations', 'weights'] as const).map((scale) => modulatedConv2d(inputs, { demodulate, up, scale }));
      expect(second?.shape).toEqual(first?.shape);
      expect(difference(first as tf.Tensor, second as tf.Tensor)).toBeLessThan(1e-5);
    }
  });

  test('a style in the weights is for one image', () => {
    const several = { x: random(2, 4, 4, 3), weight, style: random(2, 3) };
    expect(() => modulatedConv2d(several, { demodulate: true, up: false, scale: 'weights' })).toThrow(/one image.*batch of 2.*one by one/);
  });

  test('law: equal images have no minibatch deviation', () => {
    const one = random(1, 3, 3, 2);
    const channel = tf.slice(minibatchDeviation(tf.tile(one, [4, 1, 1, 1])), [0, 0, 0, 2], [-1, -1, -1, 1]);
    expect(tf.max(channel).dataSync()[0]).toBeLessThan(1.1e-4);
  });

  test('law: pixelNorm gives unit mean square', () => {
    expect(tf.mean(tf.square(pixelNorm(random(3, 16)))).dataSync()[0]).toBeCloseTo(1, 4);
  });

  test('padding of 1 at stride 2 is PyTorch\'s: the first output is centred on the first pixel', () => {
    const x = tf.tensor4d([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 4, 4, 1]);
    const centre = tf.tensor4d([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);
    expect([...paddedConv2d(x, centre, { stride: 2, padding: 1 }).dataSync()]).toEqual([1, 0, 0, 0]);
  });

  test('batchNorm with stored statistics', () => {
    const parameters = { scale: tf.tensor1d([2]), offset: tf.tensor1d([1]), mean: tf.tensor1d([3]), variance: tf.tensor1d([4]) };
    expect(batchNorm(parameters, tf.tensor2d([[5]])).dataSync()[0]).toBeCloseTo(3, 4);
  });

  test('a residual unit keeps the width without a projection', () => {
    expect(Object.keys(residualUnitSpec({ input: 4, output: 4, stride: 1 }))).not.toContain('shortcut');
  });
});

test('errors are ShapeErrors, the caller\'s to mend', () => {
  expect(() => upsample2d(tf.ones([2, 2]))).toThrow(ShapeError);
});
