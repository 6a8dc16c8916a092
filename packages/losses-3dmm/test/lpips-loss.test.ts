import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import { lpips, seededNormal } from '@mfim/nn';
import type { LpipsParameters } from '@mfim/nn';
import { beforeAll, describe, expect, test } from 'vitest';
import { lpipsLoss } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

const CHANNELS = 4;
const FIRES = [3, 4, 6, 7, 9, 10, 11, 12];

/** A SqueezeNet of four channels with random weights; the published ones are in tools/golden's test. */
function narrowLpips(): LpipsParameters {
  const normal = seededNormal(5);
  const convolution = (size: number, input: number, output: number) => ({
    kernel: tf.tensor4d(normal(size * size * input * output).map((value) => value / (size * Math.sqrt(input))), [size, size, input, output]),
    bias: tf.tensor1d(normal(output).map((value) => 0.3 + 0.1 * value)),
  });
  const fire = () => ({ squeeze: convolution(1, CHANNELS, 2), expand1: convolution(1, 2, 2), expand3: convolution(3, 2, 2) });
  const head = () => tf.tensor2d(normal(CHANNELS).map(Math.abs), [CHANNELS, 1]);
  return {
    trunk: { stem: convolution(3, 3, CHANNELS), fires: Object.fromEntries(FIRES.map((index) => [`fire${index}`, fire()])) },
    heads: Object.fromEntries(Array.from({ length: 7 }, (_, tap) => [`tap${tap}`, head()])),
  };
}

const face = (seed: number, batch = 2): tf.Tensor => tf.randomUniform([batch, 24, 24, 3], -1, 1, 'float32', seed);
const number = (value: tf.Tensor): number => value.dataSync()[0] as number;

describe('lpipsLoss', () => {
  const inputs = (swapped: tf.Tensor, target = face(2)) => ({ swapped, target, source: face(3) });

  test('smoke and shape: a positive scalar, named lpips', () => {
    const loss = lpipsLoss(narrowLpips());
    expect(loss.name).toBe('lpips');
    expect(loss.evaluate(inputs(face(1))).shape).toEqual([]);
    expect(number(loss.evaluate(inputs(face(1))))).toBeGreaterThan(0);
  });

  test('value: the mean of the distances of the pairs', () => {
    const parameters = narrowLpips();
    const distances = lpips(parameters, face(1), face(2)).dataSync();
    expect(number(lpipsLoss(parameters).evaluate(inputs(face(1))))).toBeCloseTo((distances[0]! + distances[1]!) / 2, 6);
  });

  test('law: 0 for equal images, symmetric, and the source does not matter', () => {
    const loss = lpipsLoss(narrowLpips());
    expect(number(loss.evaluate(inputs(face(1), face(1))))).toBe(0);
    expect(number(loss.evaluate(inputs(face(1), face(2))))).toBeCloseTo(number(loss.evaluate(inputs(face(2), face(1)))), 6);
    expect(number(loss.evaluate({ ...inputs(face(1)), source: face(9) }))).toBe(number(loss.evaluate(inputs(face(1)))));
  });

  test('gradient: agrees with the difference; finite for equal images', () => {
    const loss = lpipsLoss(narrowLpips());
    expect(slopeError((x) => loss.evaluate(inputs(x)), face(1), 0.01)).toBeLessThan(0.05);
    const gradient = tf.grad((x: tf.Tensor) => loss.evaluate(inputs(x, face(1))))(face(1));
    expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
  });

  test('error: batches that differ, images that are too small', () => {
    const loss = lpipsLoss(narrowLpips());
    expect(() => loss.evaluate(inputs(face(1), face(2, 3)))).toThrow(ShapeError);
    const small = tf.zeros([1, 16, 16, 3]);
    expect(() => loss.evaluate({ swapped: small, target: small, source: small })).toThrow('17 pixels');
  });
});
