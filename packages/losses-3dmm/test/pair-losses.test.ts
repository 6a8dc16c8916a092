import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import type { Loss, LossInputs } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  coefficientLosses,
  cosineDistance,
  expressionLoss,
  identityLoss,
  l1Loss,
  poseLoss,
  shapeLoss,
  threeDimensionalLosses,
} from '../src/index.ts';
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

  test('identity is 1 - cos of the embeddings', () => {
    const fixed = identityLoss({ name: 'itself', embed: (vectors) => vectors });
    const [swapped, source] = [tf.tensor2d([[1, 0], [0, 1]]), tf.tensor2d([[0.6, 0.8], [0, 1]])];
    expect(fixed.evaluate({ swapped, source, target: source }).dataSync()[0]).toBeCloseTo((0.4 + 0) / 2, 6);
  });

  test.each([
    ['shape', shapeLoss, 5, 10],
    ['pose', poseLoss, 50, 100],
    ['expression', expressionLoss, 500, 1000],
  ] as const)('%s is the plain L2 norm of its own coefficients, which may be weighted', (_, make, plain, weighted) => {
    const fixed = { name: 'itself', regress: (x: tf.Tensor) => ({ shape: x, pose: tf.mul(x, 10), expression: tf.mul(x, 100) }) };
    const [swapped, other] = [tf.tensor2d([[3, 0]]), tf.tensor2d([[0, 4]])];
    const given = { swapped, source: other, target: other };
    expect(make(fixed).evaluate(given).dataSync()[0]! / plain).toBeCloseTo(1, 5);
    expect(make(fixed, [4, 4]).evaluate(given).dataSync()[0]! / weighted).toBeCloseTo(1, 5);
    expect(() => make(fixed, [1]).evaluate(given)).toThrow(InputError);
  });
});

describe('cosineDistance', () => {
  const unit = (seed: number): tf.Tensor => linearEmbedder.embed(image(seed));

  test('smoke and shape: a scalar; law: symmetric, from 0 to 2', () => {
    const distance = cosineDistance(unit(1), unit(2));
    expect(distance.shape).toEqual([]);
    expect(cosineDistance(unit(2), unit(1)).dataSync()).toEqual(distance.dataSync());
    expect(distance.dataSync()[0]).toBeGreaterThan(0);
    expect(distance.dataSync()[0]).toBeLessThan(2);
  });

  test('gradient agrees with the difference', () => {
    expect(slopeError((x) => cosineDistance(x, unit(2)), unit(1))).toBeLessThan(0.01);
  });

  test('error: vectors of another width', () => {
    expect(() => cosineDistance(unit(1), tf.zeros([2, 3]))).toThrow(ShapeError);
  });
});

describe('threeDimensionalLosses', () => {
  test('equals the three losses, with two regressions: source and target are seen together', () => {
    let calls = 0;
    const counted = {
      ...linearRegressor,
      regress: (x: tf.Tensor) => {
        calls += 1;
        return linearRegressor.regress(x);
      },
    };
    const joint = threeDimensionalLosses(counted, inputs(image(1)));
    expect(calls).toBe(2);
    for (const loss of [shapeLoss, poseLoss, expressionLoss].map((make) => make(linearRegressor))) {
      const value = joint[loss.name as keyof typeof joint];
      expect(value.shape).toEqual([]);
      expect(value.dataSync()).toEqual(loss.evaluate(inputs(image(1))).dataSync());
    }
  });

  test('coefficients that were kept give the same', () => {
    const { swapped, source, target } = inputs(image(1));
    const regress = linearRegressor.regress;
    const kept = coefficientLosses({ swapped: regress(swapped), source: regress(source), target: regress(target) });
    const joint = threeDimensionalLosses(linearRegressor, { swapped, source, target });
    for (const part of ['shape', 'pose', 'expression'] as const) expect(kept[part].dataSync()).toEqual(joint[part].dataSync());
  });

  test('law: 0 where shape is the source and the rest the target; weights go to their own part', () => {
    const same = image(1);
    const none = threeDimensionalLosses(linearRegressor, { swapped: same, source: same, target: same });
    expect(Object.values(none).map((value) => value.dataSync()[0])).toEqual([0, 0, 0]);
    const silenced = threeDimensionalLosses(linearRegressor, inputs(image(1)), { pose: [0, 0, 0] });
    expect(silenced.pose.dataSync()[0]).toBe(0);
    expect(silenced.shape.dataSync()[0]).toBeGreaterThan(0);
  });

  test('gradient of their sum agrees with the difference', () => {
    const sum = (x: tf.Tensor): tf.Tensor => tf.addN(Object.values(threeDimensionalLosses(linearRegressor, inputs(x))));
    expect(slopeError(sum, image(1))).toBeLessThan(0.02);
  });

  test('error: batches that differ, weights of another number', () => {
    expect(() => threeDimensionalLosses(linearRegressor, { ...inputs(image(1)), source: image(1, 3) })).toThrow(ShapeError);
    expect(() => threeDimensionalLosses(linearRegressor, inputs(image(1)), { shape: [1] })).toThrow(InputError);
  });
});
