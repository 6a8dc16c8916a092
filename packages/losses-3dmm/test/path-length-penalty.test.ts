import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { registerSecondOrderGradients } from '@mfim/nn';
import { beforeAll, describe, expect, test } from 'vitest';
import { pathLengthPenalty } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
});

const LAYERS = 2;
const WIDTH = 3;
const SIDE = 4;
const PIXELS = SIDE * SIDE * 3;
const MEAN = 0.7;

const latents = (seed = 1, batch = 2): tf.Tensor => tf.randomNormal([batch, LAYERS, WIDTH], 0, 1, 'float32', seed);
const noise = (batch = 2): tf.Tensor => tf.randomNormal([batch, SIDE, SIDE, 3], 0, 1, 'float32', 9);
const matrix = tf.randomNormal([LAYERS * WIDTH, PIXELS], 0, 1, 'float32', 4) as tf.Tensor2D;

/** image = latents * matrix, bent by a power of them. */
const draw = (weights: tf.Tensor, bend: 0 | 2 = 0) => (own: tf.Tensor): tf.Tensor => {
  const flat = tf.reshape(own, [-1, LAYERS * WIDTH]);
  const bent = bend === 0 ? flat : tf.mul(flat, tf.square(flat));
  return tf.reshape(tf.matMul(bent, weights as tf.Tensor2D), [-1, SIDE, SIDE, 3]);
};
const inputs = (own = latents(), batch = 2) => ({ latents: own, noise: noise(batch), mean: tf.scalar(MEAN) });
const number = (value: tf.Tensor): number => value.dataSync()[0] as number;

/** What the formula says for a linear generator: the gradient is the noise through the matrix. */
function linearLengths(): readonly number[] {
  const scaled = tf.mul(tf.reshape(noise(), [2, PIXELS]), 1 / SIDE);
  const gradient = tf.matMul(scaled as tf.Tensor2D, matrix, false, true).arraySync() as number[][];
  return gradient.map((row) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / LAYERS));
}

describe('pathLengthPenalty', () => {
  test('smoke and shape: scalars, and a length for each latent', () => {
    const { penalty, mean, lengths } = pathLengthPenalty(draw(matrix, 2), inputs());
    expect([penalty.shape, mean.shape, lengths.shape]).toEqual([[], [], [2]]);
    expect(number(penalty)).toBeGreaterThan(0);
  });

  test('value: of a linear generator, by the formula', () => {
    const { penalty, mean, lengths } = pathLengthPenalty(draw(matrix), inputs());
    const expected = linearLengths();
    lengths.dataSync().forEach((length, index) => expect(length).toBeCloseTo(expected[index] as number, 4));
    const next = MEAN + 0.01 * ((expected[0]! + expected[1]!) / 2 - MEAN);
    expect(number(mean)).toBeCloseTo(next, 5);
    expect(number(penalty) / (((expected[0]! - next) ** 2 + (expected[1]! - next) ** 2) / 2)).toBeCloseTo(1, 4);
  });

  test('law: a linear generator has the same lengths at every latent, and lengths grow with its scale', () => {
    const [here, there] = [latents(1), latents(2)].map((own) => pathLengthPenalty(draw(matrix), inputs(own)).lengths.dataSync());
    expect(here).toEqual(there);
    const doubled = pathLengthPenalty(draw(tf.mul(matrix, 2)), inputs()).lengths.dataSync();
    doubled.forEach((length, index) => expect(length / here![index]!).toBeCloseTo(2, 4));
  });

  test('law: with decay 0 the mean stays, with decay 1 it is that of the lengths', () => {
    expect(number(pathLengthPenalty(draw(matrix), { ...inputs(), decay: 0 }).mean)).toBeCloseTo(MEAN, 6);
    const { mean, lengths } = pathLengthPenalty(draw(matrix), { ...inputs(), decay: 1 });
    expect(number(mean)).toBeCloseTo(number(tf.mean(lengths)), 5);
  });

  test('gradient by the generator: second order, agrees with the difference', () => {
    for (const bend of [0, 2] as const) {
      expect(slopeError((weights) => pathLengthPenalty(draw(weights, bend), inputs()).penalty, matrix)).toBeLessThan(0.01);
    }
  });

  test('gradient by latents that were computed from others', () => {
    const mapped = (z: tf.Tensor): tf.Tensor => pathLengthPenalty(draw(matrix, 2), inputs(tf.tanh(z))).penalty;
    expect(slopeError(mapped, latents(3), 0.005)).toBeLessThan(0.02);
  });

  test('gradient: finite for a generator that draws the same image everywhere', () => {
    const gradient = tf.grad((weights: tf.Tensor) => pathLengthPenalty(draw(weights), inputs()).penalty)(tf.zerosLike(matrix));
    expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
  });

  test('error: shapes that do not fit, a decay out of range', () => {
    expect(() => pathLengthPenalty(draw(matrix), { ...inputs(), noise: noise(1) })).toThrow(ShapeError);
    expect(() => pathLengthPenalty(draw(matrix), { ...inputs(), latents: tf.zeros([2, 6]) })).toThrow(ShapeError);
    expect(() => pathLengthPenalty(draw(matrix), { ...inputs(), mean: tf.zeros([1]) })).toThrow(ShapeError);
    for (const decay of [-0.1, 1.1, Number.NaN]) {
      expect(() => pathLengthPenalty(draw(matrix), { ...inputs(), decay })).toThrow(InputError);
    }
  });
});
