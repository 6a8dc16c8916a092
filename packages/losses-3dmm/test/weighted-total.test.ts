import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { InputError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { l1Loss, lossTerm, weightedTotal } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';
import { image } from './linear-networks.ts';

beforeAll(() => tf.setBackend('cpu'));

const term = (name: string, weight: number, value = 1) => ({ name, weight, value: tf.scalar(value) });

const inputs = (swapped: tf.Tensor) => ({ swapped, source: image(2), target: image(3) });
const size = (x: tf.Tensor) => ({ name: 'size', weight: 0.5, value: tf.mean(tf.square(x)) });

describe('weightedTotal', () => {
  test('law: the sum of weight times value; terms come back unweighted', () => {
    const number = fc.float({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 6 }), (pairs) => {
        const { total, terms } = weightedTotal([term('always', 1, 3), ...pairs.map(([weight, value], index) => term(`${index}`, weight, value))]);
        const expected = pairs.reduce((sum, [weight, value]) => sum + weight * value, 3);
        expect(Math.abs(total.dataSync()[0]! - expected)).toBeLessThanOrEqual(expected * 1e-5);
        pairs.forEach(([, value], index) => expect(terms.get(`${index}`)?.dataSync()[0]).toBe(value));
      }),
      { numRuns: 50 },
    );
  });

  test('a term of weight 0 is reported but cannot spoil the total', () => {
    const { total, terms } = weightedTotal([term('a', 2, 3), term('b', 0, Number.NaN)]);
    expect(total.dataSync()[0]).toBe(6);
    expect([...terms.keys()]).toEqual(['a', 'b']);
  });

  test('gradient: that of the terms, weighted', () => {
    expect(slopeError((x) => weightedTotal([lossTerm(l1Loss, 3, inputs(x)), size(x)]).total, image(1))).toBeLessThan(0.01);
    const tripled = tf.grad((x: tf.Tensor) => weightedTotal([lossTerm(l1Loss, 3, inputs(x))]).total)(image(1));
    const plain = tf.grad((x: tf.Tensor) => l1Loss.evaluate(inputs(x)))(image(1));
    expect(tf.max(tf.abs(tf.sub(tripled, tf.mul(plain, 3)))).dataSync()[0]).toBeLessThan(1e-6);
  });

  test.each([
    ['no term', []],
    ['only weights of 0', [term('a', 0)]],
    ['a name twice', [term('a', 1), term('a', 1)]],
    ['a negative weight', [term('a', -1)]],
    ['a weight that is no number', [term('a', Number.NaN)]],
    ['an infinite weight', [term('a', Infinity)]],
    ['a value that is no scalar', [{ name: 'a', weight: 1, value: tf.zeros([1]) }]],
  ])('error: %s', (_, terms) => {
    expect(() => weightedTotal(terms)).toThrow(InputError);
  });
});
