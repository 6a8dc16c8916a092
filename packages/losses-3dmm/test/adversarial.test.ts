import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { adversarialDiscriminatorLoss, adversarialGeneratorLoss, r1Penalty } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';
import { image } from './linear-networks.ts';

beforeAll(() => tf.setBackend('cpu'));

const logits = (...values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);
const softplus = (x: number): number => Math.log1p(Math.exp(x));

describe('adversarial losses', () => {
  test('smoke and shape: scalars above 0, also where the batches differ', () => {
    for (const loss of [adversarialGeneratorLoss(logits(1, -2)), adversarialDiscriminatorLoss(logits(3), logits(1, -2))]) {
      expect(loss.shape).toEqual([]);
      expect(loss.dataSync()[0]).toBeGreaterThan(0);
    }
  });

  test('value', () => {
    expect(adversarialGeneratorLoss(logits(1, -2)).dataSync()[0]).toBeCloseTo((softplus(-1) + softplus(2)) / 2, 5);
    expect(adversarialDiscriminatorLoss(logits(3), logits(1, -2)).dataSync()[0]).toBeCloseTo(
      softplus(-3) + (softplus(1) + softplus(-2)) / 2,
      5,
    );
  });

  test('law: a discriminator that tells nothing apart has 2 ln 2', () => {
    expect(adversarialDiscriminatorLoss(logits(0), logits(0)).dataSync()[0]).toBeCloseTo(2 * Math.LN2, 5);
  });

  test('law: does not saturate, the gradient by a rejected image is -1 / batch', () => {
    const gradient = tf.grad(adversarialGeneratorLoss)(logits(-50, -50));
    gradient.dataSync().forEach((value) => expect(value).toBeCloseTo(-0.5, 5));
  });

  test('large logits stay finite', () => {
    expect(adversarialDiscriminatorLoss(logits(-200), logits(200)).dataSync()[0]).toBeCloseTo(400, 2);
  });

  test('gradient', () => {
    expect(slopeError(adversarialGeneratorLoss, logits(0.5, -1))).toBeLessThan(0.01);
    expect(slopeError((x) => adversarialDiscriminatorLoss(x, logits(0.3)), logits(0.5, -1))).toBeLessThan(0.01);
    expect(slopeError((x) => adversarialDiscriminatorLoss(logits(0.3), x), logits(0.5, -1))).toBeLessThan(0.01);
  });

  test('error: logits of another shape', () => {
    expect(() => adversarialGeneratorLoss(tf.zeros([4]))).toThrow(ShapeError);
    expect(() => adversarialDiscriminatorLoss(logits(1), tf.zeros([1, 2]))).toThrow(ShapeError);
  });
});

describe('r1Penalty', () => {
  const weight = tf.randomNormal([48], 0, 1, 'float32', 5);
  const linear = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tf.reshape(x, [-1, 48]), weight), 1, true);
  const cubic = (scale: tf.Tensor) => (x: tf.Tensor) => linear(tf.mul(scale, tf.mul(x, tf.square(x))));

  const penalty = (scale: tf.Tensor): tf.Scalar => r1Penalty(cubic(scale), image(1), 2);

  test('value: a linear discriminator has gamma / 2 |w|^2, whatever the images', () => {
    const expected = 5 * tf.sum(tf.square(weight)).dataSync()[0]!;
    expect(r1Penalty(linear, image(1, 3), 10).dataSync()[0]! / expected).toBeCloseTo(1, 5);
  });

  test('shape, and 0 for a constant verdict or gamma 0', () => {
    expect(r1Penalty(linear, image(1), 10).shape).toEqual([]);
    expect(r1Penalty((x) => tf.mul(linear(x), 0), image(1), 10).dataSync()[0]).toBe(0);
    expect(r1Penalty(linear, image(1), 0).dataSync()[0]).toBe(0);
  });

  test('law: proportional to gamma, and the mean over the batch', () => {
    const value = (real: tf.Tensor, gamma: number): number => r1Penalty(cubic(tf.scalar(1)), real, gamma).dataSync()[0]!;
    const both = image(1);
    expect(value(both, 6) / value(both, 2)).toBeCloseTo(3, 4);
    const [first, second] = tf.split(both, 2) as [tf.Tensor, tf.Tensor];
    expect((value(first, 2) + value(second, 2)) / 2 / value(both, 2)).toBeCloseTo(1, 4);
  });

  test('gradient by the weights: second order, |s grad|^2 grows with s^2', () => {
    const [value, slope] = [penalty(tf.scalar(1.5)), tf.grad(penalty)(tf.scalar(1.5))].map((x) => x.dataSync()[0]!);
    expect(slope! / ((2 / 1.5) * value!)).toBeCloseTo(1, 4);
    const byWeights = (own: tf.Tensor): tf.Tensor => r1Penalty((x) => tf.sum(tf.mul(tf.reshape(tf.tanh(x), [-1, 48]), own), 1, true), image(1), 2);
    expect(slopeError(byWeights, weight)).toBeLessThan(0.01);
  });

  test('error: gamma', () => {
    expect(() => r1Penalty(linear, image(1), -1)).toThrow(InputError);
    expect(() => r1Penalty(linear, image(1), Number.NaN)).toThrow(InputError);
  });
});
