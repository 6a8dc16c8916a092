/**
 * Compiled training steps are tfjs training steps: parameters, moments and averages agree after many updates.
 */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as runtime from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { adam, compileStep, gradientDescent } from '../src/index.ts';
import type { LossFunction, NamedTensors, StepOptions, StepState } from '../src/index.ts';
import { numbers, relativeError } from './run-onnx.ts';

beforeAll(() => tf.setBackend('cpu'));

const tensor = (shape: number[], seed: number, scale = 1): tf.Tensor => tf.mul(tf.tensor(numbers(shape, seed).data, shape), scale);

const start = (): Record<string, tf.Tensor> => ({
  convolution: tensor([3, 3, 2, 4], 1, 0.4),
  strided: tensor([3, 3, 4, 3], 2, 0.4),
  bias: tensor([3], 3, 0.1),
  dense: tensor([12, 1], 4, 0.3),
});

function critic(p: NamedTensors, image: tf.Tensor): tf.Tensor {
  const first = tf.softplus(tf.conv2d(image as tf.Tensor4D, p['convolution'] as tf.Tensor4D, 1, 'same'));
  const second = tf.softplus(tf.add(tf.conv2d(first, p['strided'] as tf.Tensor4D, 2, 'same'), p['bias'] as tf.Tensor));
  return tf.matMul(tf.reshape(second, [image.shape[0] ?? 1, -1]), p['dense'] as tf.Tensor2D);
}

/** The logistic loss of images that are to be judged real; kind `r1` adds the gradient penalty. */
const loss: LossFunction = (p, { image }, kind) => {
  const score = tf.mean(tf.softplus(tf.neg(critic(p, image as tf.Tensor))));
  if (kind !== 'r1') return { loss: score, terms: { score } };
  const slope = tf.grad((each) => tf.sum(critic(p, each)))(image as tf.Tensor);
  const penalty = tf.mean(tf.sum(tf.square(slope), [1, 2, 3]));
  return { loss: tf.add(score, tf.mul(penalty, 3)), terms: { score, penalty } };
};

const specs = { image: { shape: ['batch', 4, 4, 2] } } as const;
const image = (seed: number, batch = 2): tf.Tensor => tensor([batch, 4, 4, 2], seed);

const base: StepOptions = { runtime, threads: 1, inputs: specs, optimiser: adam({ rate: 0.01, beta1: 0.5, beta2: 0.99 }) };

/** The same step, by tfjs alone and parameter by parameter. */
function eagerly(state: { p: Record<string, tf.Tensor>; m: Record<string, tf.Tensor>; v: Record<string, tf.Tensor>; a: Record<string, tf.Tensor> }, at: { x: tf.Tensor; kind: string; count: number; decay: number }) {
  const names = Object.keys(state.p);
  const { grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
    const result = loss(Object.fromEntries(names.map((name, index) => [name, values[index] as tf.Tensor])), { image: at.x }, at.kind);
    return ('loss' in result ? result.loss : result) as tf.Scalar;
  })(names.map((name) => state.p[name] as tf.Tensor));
  names.forEach((name, index) => {
    const g = grads[index] as tf.Tensor;
    state.m[name] = tf.add(tf.mul(state.m[name] as tf.Tensor, 0.5), tf.mul(g, 0.5));
    state.v[name] = tf.add(tf.mul(state.v[name] as tf.Tensor, 0.99), tf.mul(tf.square(g), 1 - 0.99));
    const [mean, spread] = [tf.div(state.m[name], 1 - 0.5 ** at.count), tf.div(state.v[name], 1 - 0.99 ** at.count)];
    state.p[name] = tf.sub(state.p[name] as tf.Tensor, tf.mul(tf.div(mean, tf.add(tf.sqrt(spread), 1e-8)), 0.01));
    state.a[name] = tf.add(tf.mul(state.a[name] as tf.Tensor, at.decay), tf.mul(state.p[name], 1 - at.decay));
  });
}

function zeros(): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(start()).map(([name, value]) => [name, tf.zerosLike(value)]));
}

function errorOf(expected: NamedTensors, got: NamedTensors): number {
  return Math.max(...Object.entries(expected).map(([name, value]) => relativeError(value.dataSync(), got[name]?.dataSync() ?? [])));
}

describe('compileStep', () => {
  test('law: 50 Adam steps with R1 every fourth leave the parameters, moments and average of tfjs, to 1e-4', async () => {
    const decay = (count: number): number => 1 - 1 / (count + 1);
    const step = await compileStep(loss, start(), { ...base, averageDecay: decay });
    const state = { p: start(), m: zeros(), v: zeros(), a: start() };
    for (let count = 1; count <= 50; count += 1) {
      const at = { x: image(count), kind: count % 4 === 1 ? 'r1' : 'plain', count, decay: decay(count) };
      eagerly(state, at);
      const outcome = await step.run({ image: at.x }, { kind: at.kind });
      expect(Object.keys(outcome.terms)).toEqual(at.kind === 'r1' ? ['score', 'penalty'] : ['score']);
    }
    const { updates, parameters, average, slots } = await step.read();
    expect(updates).toBe(50);
    expect(errorOf(state.p, parameters)).toBeLessThan(1e-4);
    expect(errorOf(state.a, average ?? {})).toBeLessThan(1e-4);
    expect(errorOf(state.m, slots['first'] ?? {})).toBeLessThan(1e-4);
    expect(errorOf(state.v, slots['second'] ?? {})).toBeLessThan(1e-4);
    expect(step.graphs.map(({ name }) => name)).toEqual(['training step (r1)', 'training step (plain)']);
    await step.release();
  });

  test('law: a batch in parts is the whole batch', async () => {
    const [whole, parted] = [await compileStep(loss, start(), base), await compileStep(loss, start(), base)];
    const x = image(7, 4);
    const together = await whole.run({ image: x });
    const apart = await parted.run(tf.split(x, 2).map((part) => ({ image: part })));
    expect(apart.loss).toBeCloseTo(together.loss, 5);
    expect(errorOf((await whole.read()).slots['first'] ?? {}, (await parted.read()).slots['first'] ?? {})).toBeLessThan(1e-5);
  });

  test('law: a state that is read and written again goes on bit for bit', async () => {
    const [straight, resumed] = [await compileStep(loss, start(), base), await compileStep(loss, zeros(), base)];
    await straight.run({ image: image(1) }, { kind: 'r1' });
    await resumed.write(await straight.read());
    const ends: StepState[] = [];
    for (const step of [straight, resumed]) {
      await step.run({ image: image(2) });
      await step.run({ image: image(3) }, { kind: 'r1' });
      ends.push(await step.read());
    }
    expect(ends[1]?.updates).toBe(3);
    for (const name of Object.keys(start())) expect(ends[1]?.parameters[name]?.dataSync(), name).toEqual(ends[0]?.parameters[name]?.dataSync());
  });

  test('gradient descent, with and without momentum, minimises a square', async () => {
    for (const momentum of [0, 0.5]) {
      const step = await compileStep(({ w }) => tf.sum(tf.square(w as tf.Tensor)), { w: tf.tensor1d([1, -2]) }, { ...base, inputs: {}, optimiser: gradientDescent({ rate: 0.1, momentum }) });
      const losses = [await step.run({}), await step.run({}), await step.run({}, { rate: 0 })].map((outcome) => outcome.loss);
      // Without momentum each step multiplies w by 0.8, so the loss by 0.64.
      expect(losses[1]).toBeCloseTo(5 * 0.64, 5);
      expect(losses[2]).toBeCloseTo(momentum === 0 ? 5 * 0.64 ** 2 : 5 * (0.8 * 0.8 - 0.1) ** 2, 5);
    }
  });

  test('the caller\'s parameters stay, and a step leaves no tensors behind', async () => {
    const given = start();
    const before = given['bias']?.dataSync().slice();
    const step = await compileStep(loss, given, base);
    const x = image(1);
    const count = tf.memory().numTensors;
    await step.run({ image: x });
    expect(tf.memory().numTensors).toBe(count);
    expect(given['bias']?.dataSync()).toEqual(before);
  });

  test('refuses inputs unlike the specs, NaN, and a state of other tensors', async () => {
    const step = await compileStep(loss, start(), base);
    await expect(step.run({ image: tensor([2, 4, 4, 3], 1) })).rejects.toThrow(/training step \(plain\), input image: expected float32 \[batch, 4, 4, 2\], got float32 \[2, 4, 4, 3\]/);
    await expect(step.run({ image: tf.fill([2, 4, 4, 2], Number.NaN) })).rejects.toThrow(/input image: expected numbers, got NaN at item 0/);
    const state = await step.read();
    await expect(step.write({ ...state, parameters: { ...state.parameters, bias: tf.zeros([4]) } })).rejects.toThrow(/compiled step: parameters: expected .*bias \[3\], got bias \[4\]/);
    await expect(step.write({ ...state, slots: {} })).rejects.toThrow(/0 tensors instead of 4/);
  });
});
