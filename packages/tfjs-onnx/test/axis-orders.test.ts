/**
 * Laws of the axis-order bookkeeping, on random chains of transposes, reshapes, reductions and sums.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permuteData, reverseData } from '../src/lowering/permute-data.ts';
import { orderAfterReshape, reshapeGroups } from '../src/lowering/reshape-groups.ts';
import { toFloat16 } from '../src/onnx/to-float16.ts';
import { expectSame, numbers } from './run-onnx.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 });

type Step = (x: tf.Tensor) => tf.Tensor;

/** Some permutation of the axes of a tensor. */
function permutationOf(rank: number, seed: number): number[] {
  const rest = Array.from({ length: rank }, (_, axis) => axis);
  const order: number[] = [];
  for (let turn = 1; rest.length > 0; turn += 1) order.push(...rest.splice((seed * turn) % rest.length, 1));
  return order;
}

function transposed(seed: number): Step {
  return (x) => tf.transpose(x, permutationOf(x.rank, seed));
}

function reshapedBy(seed: number): Step {
  return (x) => {
    if (seed % 3 === 0) return tf.expandDims(x, seed % (x.rank + 1));
    if (seed % 3 === 1) return tf.reshape(x, [...x.shape.slice(2).toReversed(), (x.shape[0] ?? 1) * (x.shape[1] ?? 1)].toReversed());
    return tf.reshape(x, x.shape.flatMap((size) => (size === 4 ? [2, 2] : [size])));
  };
}

function summed(seed: number): Step {
  return (x) => (x.rank > 2 ? tf.sum(x, seed % x.rank, seed % 2 === 0) : tf.neg(x));
}

function addedToItself(seed: number): Step {
  return (x) => tf.add(x, tf.mul(tf.reverse(x, seed % Math.max(x.rank, 1)), 0.5));
}

const steps = [transposed, reshapedBy, summed, addedToItself, transposed];

describe('random chains', () => {
  test('export to what tfjs computes', async () => {
    const chains = fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(20)), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(shapes, chains, async (shape, chain) => {
        const run: Step = (x) => chain.reduce((y, [kind, seed]) => (y.rank > 6 ? y : (steps[kind] ?? transposed)(seed)(y)), x);
        await expectSame({ inputs: { x: numbers(shape) }, fn: ({ x }) => run(tf.tanh(x as tf.Tensor)) }, 1e-5);
      }),
      { numRuns: 60 },
    );
  });
});

function pair(shape: readonly number[]): { example: readonly number[]; larger: readonly number[] } {
  return { example: shape, larger: shape };
}

describe('reshapeGroups', () => {
  test('a split of image axes keeps channels first', () => {
    const groups = reshapeGroups(pair([2, 8, 6, 3]), pair([2, 8, 1, 6, 1, 3]));
    expect(groups && orderAfterReshape(groups, [0, 3, 1, 2], 6)).toEqual([0, 5, 1, 2, 3, 4]);
  });

  test('merging rows with channels cannot keep channels first', () => {
    const groups = reshapeGroups(pair([2, 8, 6, 3]), pair([2, 144]));
    expect(groups && orderAfterReshape(groups, [0, 3, 1, 2], 2)).toBeUndefined();
  });
});

describe('data', () => {
  test('permuting and permuting back gives the same', () => {
    fc.assert(
      fc.property(shapes, fc.nat(30), (shape, seed) => {
        const order = permutationOf(shape.length, seed);
        const back = shape.map((_, axis) => order.indexOf(axis));
        const { data } = numbers(shape);
        const permuted = permuteData(data, shape, order);
        expect(permuteData(permuted, order.map((axis) => shape[axis] ?? 1), back)).toEqual(data);
      }),
    );
  });

  test('reversing twice gives the same', () => {
    const { data, shape } = numbers([2, 3, 4]);
    expect(reverseData(reverseData(data, shape, [0, 2]), shape, [0, 2])).toEqual(data);
  });

  test('float16 bits of known numbers', () => {
    const known: readonly (readonly [number, number])[] = [
      [0, 0x0000], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [2 ** -14, 0x0400], [2 ** -24, 0x0001], [2 ** -26, 0x0000],
      [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [0.1, 0x2e66], [1 / 3, 0x3555],
    ];
    expect([...toFloat16(Float32Array.from(known.map(([value]) => value)), 'test')]).toEqual(known.map(([, bits]) => bits));
  });
});
