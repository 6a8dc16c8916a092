import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerSecondOrderGradients, seededNormal } from '@mfim/nn';
import { expectGradient } from '../gradient-check.ts';

type Operands = readonly tf.Tensor[];
type Operation = (...operands: tf.Tensor[]) => tf.Tensor;

const image = (...shape: number[]): number[] => shape;
const AROUND = [[0, 0], [2, 1], [1, 2], [0, 0]];

/** Operations whose gradients are ours, with the shapes that they take. */
const OPERATIONS: readonly [name: string, run: Operation, shapes: readonly (readonly number[])[]][] = [
  ['relu', tf.relu, [image(2, 3, 3, 4)]],
  ['relu6', (x) => tf.relu6(tf.mul(x as tf.Tensor, 5)), [image(2, 3, 3, 4)]],
  ['leaky relu', (x) => tf.leakyRelu(x as tf.Tensor, 0.2), [image(2, 3, 3, 4)]],
  ['prelu', (x, slope) => tf.prelu(x as tf.Tensor, slope as tf.Tensor), [image(2, 3, 3, 4), [4]]],
  ['add of a bias', (x, bias) => tf.add(x as tf.Tensor, bias as tf.Tensor), [image(2, 3, 3, 4), [4]]],
  ['subtraction of rows', (x, row) => tf.sub(x as tf.Tensor, row as tf.Tensor), [[3, 4], [3, 1]]],
  ['product with a style', (x, style) => tf.mul(x as tf.Tensor, style as tf.Tensor), [image(2, 3, 3, 4), [2, 1, 1, 4]]],
  ['product with a scalar', (x, factor) => tf.mul(x as tf.Tensor, factor as tf.Tensor), [[3, 4], []]],
  ['square', tf.square, [[3, 4]]],
  ['sum', (x) => tf.sum(x as tf.Tensor), [[3, 4]]],
  ['sum over pixels', (x) => tf.sum(x as tf.Tensor, [0, 1, 2]), [image(2, 3, 3, 4)]],
  ['sum that keeps its axes', (x) => tf.sum(x as tf.Tensor, [1, -1], true), [image(2, 3, 3, 4)]],
  ['mean', (x) => tf.mean(x as tf.Tensor, 1), [[3, 4]]],
  ['tile', (x) => tf.tile(x as tf.Tensor, [1, 3, 2]), [[2, 1, 3]]],
  ['depthwise, same', (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'), [image(2, 5, 6, 3), [3, 3, 3, 1]]],
  ['depthwise, stride', (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'valid'), [image(2, 5, 6, 3), [3, 2, 3, 1]]],
  ['depthwise, two filters a channel', (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'), [image(1, 5, 5, 2), [3, 3, 2, 2]]],
  ['depthwise, uneven padding', (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, AROUND as never), [image(2, 5, 6, 3), [4, 4, 3, 1]]],
];
/** Their gradients go through comparisons, which have none. */
const FIRST_ORDER_ONLY = new Set(['prelu']);

/** How far numbers stay from zero, where activations have a kink that differences would step over. */
const CLEARANCE = 0.05;

function operandsOf(shapes: readonly (readonly number[])[], seed: number): Operands {
  const normal = seededNormal(seed);
  return shapes.map((shape) => {
    const values = normal(shape.reduce((product, size) => product * size, 1));
    return tf.tensor(values.map((value) => value + (value < 0 ? -CLEARANCE : CLEARANCE)), shape.slice());
  });
}

describe.each(OPERATIONS)('%s', (name, run, shapes) => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
    registerSecondOrderGradients();
  });

  test('value of the gradient: differences, for every operand', () => {
    const operands = operandsOf(shapes, 1);
    for (const [index, operand] of operands.entries()) {
      expectGradient((x) => tf.mul(run(...operands.map((each, place) => (place === index ? x : each))), 0.5), operand);
    }
  });

  test.skipIf(FIRST_ORDER_ONLY.has(name))('second order: the gradient of the squared gradient, by differences', () => {
    const operands = operandsOf(shapes, 2);
    const penalty = (x: tf.Tensor): tf.Tensor => {
      const slope = tf.grad((inner: tf.Tensor) => tf.sum(tf.square(run(inner, ...operands.slice(1)))))(x);
      return tf.mul(tf.sum(tf.square(slope)), 0.01);
    };
    expectGradient(penalty, operands[0] as tf.Tensor, 5e-2);
  });
});

test('law: a sum of products has the products of sums as its gradients, whatever is broadcast', () => {
  registerSecondOrderGradients();
  const axes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(axes, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), fc.integer(), (shape, narrow, seed) => {
      const other = shape.map((size, axis) => (narrow[axis] === true ? 1 : size));
      const [a, b] = operandsOf([shape, other], seed) as [tf.Tensor, tf.Tensor];
      const [byA, byB] = tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(x, y)))([a, b]) as [tf.Tensor, tf.Tensor];
      const everywhere = tf.mul(b, tf.ones(shape));
      expect(byA.dataSync()).toEqual(everywhere.dataSync());
      const narrowed = shape.flatMap((_, axis) => (narrow[axis] === true ? [axis] : []));
      const sums = tf.reshape(narrowed.length === 0 ? a : tf.sum(a, narrowed), other);
      for (const [index, value] of sums.dataSync().entries()) expect(byB.dataSync()[index]).toBeCloseTo(value, 4);
    }),
    { numRuns: 40 },
  );
});
