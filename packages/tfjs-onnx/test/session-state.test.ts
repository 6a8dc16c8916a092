/**
 * States that live in the runtime, and the compiled functions that change them.
 */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as runtime from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileItemwise, compileWithState, openState } from '../src/index.ts';
import type { StateFunction } from '../src/index.ts';
import { numbers, relativeError } from './run-onnx.ts';

beforeAll(() => tf.setBackend('cpu'));

const options = { runtime, threads: 1 };
const vector = (values: readonly number[]): tf.Tensor => tf.tensor1d(values.slice());

describe('compileWithState', () => {
  test('what is returned as state is the state of the next run; what is not stays', async () => {
    const state = await openState({ total: tf.zeros([2]), kept: tf.ones([2]) }, options);
    const fn: StateFunction = ({ total, kept }, { x }) => {
      const next = tf.add(total as tf.Tensor, tf.mul(x as tf.Tensor, kept as tf.Tensor));
      return { state: { total: next }, outputs: { total: tf.sum(next), before: tf.sum(total as tf.Tensor) } };
    };
    const run = compileWithState(state, { name: 'sum', fn, inputs: { x: { shape: [2] } } });
    const seen: number[][] = [];
    for (const step of [1, 2, 3]) {
      const { total, before } = await run({ x: tf.tensor1d([step, 1]) });
      seen.push([before?.dataSync()[0] ?? 0, total?.dataSync()[0] ?? 0]);
    }
    expect(seen).toEqual([[0, 2], [2, 5], [5, 9]]);
    expect([...(await state.read('total'))]).toEqual([6, 3]);
    expect([...(await state.read('kept'))]).toEqual([1, 1]);
    expect(run.graphs).toHaveLength(1);
  });

  test('several functions change one state, in the order of their calls', async () => {
    const state = await openState({ value: vector([1]) }, options);
    const twice = compileWithState(state, { name: 'twice', fn: ({ value }) => ({ state: { value: tf.mul(value as tf.Tensor, 2) } }), inputs: {} });
    const plus = compileWithState(state, { name: 'plus', fn: ({ value }) => ({ state: { value: tf.add(value as tf.Tensor, 3) } }), inputs: {} });
    await twice({});
    await plus({});
    await Promise.all([twice({}), plus({}), twice({})]);
    expect([...(await state.read('value'))]).toEqual([26]);
  });

  test('the caller\'s tensors are not the state', async () => {
    const given = vector([1, 2]);
    const state = await openState({ value: given }, options);
    await compileItemwise(state, { name: 'add', fn: ({ value }) => ({ value: tf.add(value as tf.Tensor, 1) }), vectors: { value: 'value' }, scalars: [] })({});
    expect(given.arraySync()).toEqual([1, 2]);
    const { value } = await state.tensors();
    expect(value?.arraySync()).toEqual([2, 3]);
    await state.write({ value: vector([7, 8]) });
    expect([...(await state.read('value'))]).toEqual([7, 8]);
    expect(value?.arraySync()).toEqual([2, 3]);
  });

  test('refuses another shape of the next state, another name, another type', async () => {
    const state = await openState({ value: vector([1, 2]) }, options);
    const wrong = compileWithState(state, { name: 'wrong', fn: ({ value }) => ({ state: { value: tf.sum(value as tf.Tensor) } }), inputs: {} });
    await expect(wrong({})).rejects.toThrow(/compile wrong: the next value: expected float32 \[2\], as it was, got float32 \[\]/);
    const other = compileWithState(state, { name: 'other', fn: ({ value }) => ({ state: { valeu: value as tf.Tensor } }), inputs: {} });
    await expect(other({})).rejects.toThrow(/expected one of value, got "valeu"/);
    await expect(state.write({ value: vector([1]) })).rejects.toThrow(/expected \[2\], got \[1\]/);
    await expect(state.read('valeu')).rejects.toThrow(/expected one of value/);
    await expect(openState({ value: tf.ones([2], 'int32') }, options)).rejects.toThrow(/value: expected float32, got int32/);
    expect([...(await state.read('value'))]).toEqual([1, 2]);
  });
});

describe('compileItemwise', () => {
  test('law: updates vectors of every length as tfjs does, in stretches and in place', async () => {
    const stretch = 2 ** 17;
    const lengths = fc.constantFrom(1, 7, stretch - 1, stretch, stretch + 1, 2 * stretch + 5);
    const update = (p: tf.Tensor, g: tf.Tensor, rate: tf.Tensor | number): tf.Tensor => tf.sub(p, tf.mul(tf.div(g, tf.add(tf.sqrt(tf.square(g)), 1e-3)), rate));
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(99), async (length, seed) => {
        const [p, g] = [tf.tensor1d(numbers([length], seed).data), tf.tensor1d(numbers([length], seed + 1).data)];
        const state = await openState({ p, g }, options);
        const run = compileItemwise(state, { name: 'update', fn: ({ at, slope }, { rate }) => ({ at: update(at as tf.Tensor, slope as tf.Tensor, rate as tf.Tensor) }), vectors: { at: 'p', slope: 'g' }, scalars: ['rate'] });
        await run({ rate: 0.5 });
        const expected = update(p, g, 0.5).dataSync();
        const got = await state.read('p');
        expect(got.length).toBe(length);
        expect(relativeError(expected, got)).toBeLessThan(1e-6);
        expect(relativeError(g.dataSync(), await state.read('g'))).toBe(0);
        await run.release();
        tf.dispose([p, g]);
      }),
      { numRuns: 6 },
    );
  });

  test('refuses a missing or NaN scalar and vectors of different lengths', async () => {
    const state = await openState({ p: vector([1, 2]), q: vector([1]), m: tf.ones([1, 2]) }, options);
    const run = compileItemwise(state, { name: 'scale', fn: ({ p }, { rate }) => ({ p: tf.mul(p as tf.Tensor, rate as tf.Tensor) }), vectors: { p: 'p' }, scalars: ['rate'] });
    await expect(run({})).rejects.toThrow(/scale, input rate: expected numbers, got NaN/);
    const uneven = compileItemwise(state, { name: 'uneven', fn: ({ p, q }) => ({ p: tf.add(p as tf.Tensor, q as tf.Tensor) }), vectors: { p: 'p', q: 'q' }, scalars: [] });
    await expect(uneven({})).rejects.toThrow(/vectors of one length, got \[2\], \[1\]/);
    const square = compileItemwise(state, { name: 'square', fn: ({ m }) => ({ m: m as tf.Tensor }), vectors: { m: 'm' }, scalars: [] });
    await expect(square({})).rejects.toThrow(/\[1, 2\]; flatten/);
  });
});
