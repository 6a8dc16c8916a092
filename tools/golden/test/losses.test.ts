/** The loss terms against PyTorch: values, and the gradients of the weighted total. */
import '@tensorflow/tfjs';
import {
  adversarialDiscriminatorLoss,
  adversarialGeneratorLoss,
  coefficientDistance,
  cosineDistance,
  l1Loss,
  weightedTotal,
} from '@mfim/losses-3dmm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import type { Role } from '../src/index.ts';

const file = readGoldenFile('losses');
const weights = file.config['weights'] as Readonly<Record<string, number>>;
const roleOf = (name: string): Role => (['swapped', 'target'].includes(name) ? 'image' : 'same');

type Parts = Readonly<Record<string, tf.Tensor>>;

const COEFFICIENTS = ['shape', 'pose', 'expression'] as const;
const part = (parts: Parts, name: string): tf.Tensor => parts[name] as tf.Tensor;
const unit = (x: tf.Tensor): tf.Tensor => tf.div(x, tf.sqrt(tf.sum(tf.square(x), -1, true)));

function termsOf(parts: Parts): Readonly<Record<string, tf.Tensor>> {
  const [swapped, target] = [part(parts, 'swapped'), part(parts, 'target')];
  const distances = COEFFICIENTS.map((name) => [
    name,
    coefficientDistance(part(parts, `${name}.first`), part(parts, `${name}.second`)),
  ]);
  return {
    l1: l1Loss.evaluate({ swapped, target, source: target }),
    identity: cosineDistance(unit(part(parts, 'identity.swapped')), unit(part(parts, 'identity.source'))),
    adversarial: adversarialGeneratorLoss(part(parts, 'fake')),
    ...(Object.fromEntries(distances) as Record<string, tf.Tensor>),
  };
}

const inputs = (): Parts =>
  Object.fromEntries([...file.of('input')].map(([name, tensor]) => [name, fromTorch(tensor, roleOf(name))]));

beforeAll(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

test('every term has the same value', () => {
  const parts = inputs();
  const discriminator = adversarialDiscriminatorLoss(part(parts, 'real'), part(parts, 'fake'));
  for (const [name, value] of Object.entries({ ...termsOf(parts), discriminator })) {
    expect(relativeError(toTorch(value, 'same'), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
  }
});

test('the weighted total has the same value and gradients', () => {
  const parts = inputs();
  const names = Object.keys(parts).filter((name) => name !== 'real');
  const gradients = tf.grads((...tensors: tf.Tensor[]) => {
    const own = Object.fromEntries(names.map((name, index) => [name, tensors[index] as tf.Tensor]));
    const terms = Object.entries(termsOf(own)).map(([name, value]) => ({ name, weight: weights[name] as number, value }));
    const { total } = weightedTotal(terms);
    expect(relativeError(toTorch(total, 'same'), file.get('output', 'total'))).toBeLessThan(TOLERANCE.value);
    return total;
  })(names.map((name) => part(parts, name)));
  names.forEach((name, index) => {
    const error = relativeError(toTorch(gradients[index] as tf.Tensor, roleOf(name)), file.get('gradient', name));
    expect(error, `gradient by ${name}`).toBeLessThan(TOLERANCE.gradient);
  });
});

test('the discriminator loss has the same gradients', () => {
  const parts = inputs();
  const gradients = tf.grads((real: tf.Tensor, fake: tf.Tensor) => adversarialDiscriminatorLoss(real, fake))([
    part(parts, 'real'),
    part(parts, 'fake'),
  ]);
  ['real', 'fake'].forEach((name, index) => {
    const golden = file.get('gradient', `discriminator.${name}`);
    expect(relativeError(toTorch(gradients[index] as tf.Tensor, 'same'), golden), name).toBeLessThan(TOLERANCE.gradient);
  });
});
