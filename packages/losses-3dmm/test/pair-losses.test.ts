import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import type { Loss, LossInputs } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { cosineDistance, expressionLoss, identityLoss, l1Loss, poseLoss, shapeLoss, threeDimensionalLosses } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';
import { image, linearEmbedder, linearRegressor } from './linear-networks.ts';

beforeAll(() => tf.setBackend('cpu'));

const losses: readonly (readonly [Loss<tf.Tensor>, keyof LossInputs<tf.Tensor>])[] = [
  [identityLoss(linearEmbedder), 'source'],
  [l1Loss, 'target'],
  [shapeLoss(linearRegressor), 'source'],
  [poseLoss(linearRegressor), 'target'],
  [expressionLoss(linearRegressor), 'target'],
];

const inputs = (swapped: tf.Tensor): LossInputs<tf.Tensor> => ({ swapped, source: image(2), target: image(3) });

describe.each(losses.map(([loss, compared]) => ({ name: loss.name, loss, compared })))('$name', ({ loss, compared }) => {
  const value = (given: LossInputs<tf.Tensor>): number => loss.evaluate(given).dataSync()[0]!;

  test('smoke and shape: a positive scalar', () => {
    expect(loss.evaluate(inputs(image(1))).shape).toEqual([]);
    expect(value(inputs(image(1)))).toBeGreaterThan(0);
  });

  test('law: 0 for what it compares with itself', () => {
    const same = image(1);
    expect(value({ ...inputs(same), [compared]: same })).toBe(0);
  });

  test(`law: only the ${compared} matters`, () => {
    const other = compared === 'source' ? 'target' : 'source';
    expect(value({ ...inputs(image(1)), [other]: image(9) })).toBe(value(inputs(image(1))));
  });

  test('law: the mean over the batch', () => {
    const given = inputs(image(1));
    const [swapped, source, target] = [given.swapped, given.source, given.target].map((x) => tf.split(x, 2));
    const alone = [0, 1].map((index) =>
      value({ swapped: swapped![index]!, source: source![index]!, target: target![index]! }),
    );
    expect((alone[0]! + alone[1]!) / 2).toBeCloseTo(value(given), 5);
  });

  test('gradient: agrees with the difference, and is finite at the minimum', () => {
    expect(slopeError((x) => loss.evaluate(inputs(x)), image(1))).toBeLessThan(0.02);
    const same = image(1);
    const gradient = tf.grad((x: tf.Tensor) => loss.evaluate({ ...inputs(x), [compared]: same }))(same);
    expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
  });

  test('error: batches that differ', () => {
    expect(() => loss.evaluate({ ...inputs(image(1)), [compared]: image(1, 3) })).toThrow(ShapeError);
  });
});

describe('values', () => {
  test('l1 is the mean absolute difference', () => {
    const [swapped, target] = [tf.zeros([1, 1, 1, 3]), tf.tensor([0.5, -1, 0], [1, 1, 1, 3])];
    expect(l1Loss.evaluate({ swapped, target, source: target }).dataSync()[0]).toBeCloseTo(0.5, 6);
  });

  test('cosineDistance is 1 - cos', () => {
    const [first, second] = [tf.tensor2d([[1, 0]]), tf.tensor2d([[0.6, 0.8]])];
    expect(cosineDistance(first, second).dataSync()[0]).toBeCloseTo(0.4, 6);
    expect(cosineDistance(first, tf.neg(first)).dataSync()[0]).toBeCloseTo(2, 6);
  });

  test('the norm of a coefficient difference is plain L2', () => {
    const fixed = { ...linearRegressor, regress: (x: tf.Tensor) => ({ shape: x, pose: x, expression: x }) };
    const [swapped, source] = [tf.tensor2d([[3, 0]]), tf.tensor2d([[0, 4]])];
    expect(shapeLoss(fixed).evaluate({ swapped, source, target: source }).dataSync()[0]).toBeCloseTo(5, 4);
  });
});

test('threeDimensionalLosses equals the three losses, with three regressions', () => {
  let calls = 0;
  const counted = {
    ...linearRegressor,
    regress: (x: tf.Tensor) => {
      calls += 1;
      return linearRegressor.regress(x);
    },
  };
  const joint = threeDimensionalLosses(counted, inputs(image(1)));
  expect(calls).toBe(3);
  for (const loss of [shapeLoss, poseLoss, expressionLoss].map((make) => make(linearRegressor))) {
    expect(joint[loss.name as keyof typeof joint].dataSync()).toEqual(loss.evaluate(inputs(image(1))).dataSync());
  }
});
