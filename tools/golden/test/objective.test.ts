/**
 * The whole objective against PyTorch: a swap by encoder and generator, all terms of the generator's
 * side with every parameter's gradient, and the discriminator's loss with R1 (second order) with every
 * parameter's gradient.
 */
import '@tensorflow/tfjs';
import { adversarialDiscriminatorLoss, lazyFactor, r1Penalty } from '@mfim/losses-3dmm';
import { registerSecondOrderGradients } from '@mfim/nn';
import { discriminate } from '@mfim/stylegan';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, relativeError, toTorch } from '../src/index.ts';
import { file, generatorObjective, judges, pairs, swap, trainable } from './objective-under-test.ts';
import type { TrainedParameter } from './objective-under-test.ts';

const gamma = file.config['gamma'] as number;
const interval = file.config['interval'] as number;
/** It took 38 s beside another busy process, 77 s beside a dozen. */
const PATIENCE = 600_000;

function expectValue(name: string, value: tf.Tensor): void {
  expect(relativeError(toTorch(value, 'same'), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
}

function expectGradients(trained: readonly TrainedParameter[], gradients: readonly tf.Tensor[]): void {
  trained.forEach(({ name, gradient }, index) => {
    const error = relativeError(toTorch(gradients[index] as tf.Tensor, 'same'), toTorch(gradient, 'same'));
    expect(error, `gradient by ${name}`).toBeLessThan(TOLERANCE.gradient);
  });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

test("the generator's side: the same swaps, terms, total, and gradient by every parameter", () => {
  const [encoder, generator, discriminator] = [trainable('encoder'), trainable('generator'), trainable('discriminator')];
  const critic = discriminator.build(discriminator.trained.map(({ value }) => value));
  const networks = judges();
  const trained = [...encoder.trained, ...generator.trained];
  const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const split = encoder.trained.length;
    const swapped = swap(encoder.build(tensors.slice(0, split)), generator.build(tensors.slice(split)), pairs());
    expect(relativeError(toTorch(swapped, 'image'), file.get('output', 'swapped')), 'swapped').toBeLessThan(TOLERANCE.value);
    const { total, terms } = generatorObjective({ swapped, ...pairs() }, networks, critic);
    expect([...terms.keys()].toSorted()).toEqual(Object.keys(file.config['weights'] as object).toSorted());
    for (const [name, value] of terms) expectValue(name, value);
    expectValue('total', total);
    return total;
  })(trained.map(({ value }) => value));
  expectGradients(trained, grads);
  expect(trained.length + discriminator.trained.length).toBe(file.of('gradient').size);
}, PATIENCE);

test("the discriminator's side: the same loss, R1 and total, and gradient by every parameter", () => {
  const { trained, build } = trainable('discriminator');
  const [real, fake] = [pairs().target, fromTorch(file.get('output', 'swapped'), 'image')];
  const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const critic = build(tensors);
    const loss = adversarialDiscriminatorLoss(discriminate(critic, real), discriminate(critic, fake));
    const r1 = r1Penalty((image) => discriminate(critic, image), real, gamma);
    const total = tf.add(loss, tf.mul(r1, lazyFactor(0, interval))) as tf.Scalar;
    for (const [name, value] of Object.entries({ discriminator: loss, r1, discriminatorTotal: total })) expectValue(name, value);
    return total;
  })(trained.map(({ value }) => value));
  expectGradients(trained, grads);
}, PATIENCE);
