/** The discriminator of @mfim/stylegan against PyTorch: logits, loss gradients, R1 and its gradients. */
import '@tensorflow/tfjs';
import { mapKeys } from '@mfim/checkpoints';
import type { KeyPair } from '@mfim/checkpoints';
import { adversarialDiscriminatorLoss, r1Penalty } from '@mfim/losses-3dmm';
import { fillParameters, flattenParameters, flattenSpecs, registerSecondOrderGradients } from '@mfim/nn';
import type { ParameterTree } from '@mfim/nn';
import { discriminate, discriminatorSpec, nvidiaDiscriminatorKeys } from '@mfim/stylegan';
import type { DiscriminatorParameters } from '@mfim/stylegan';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import { inOurLayout, sizesOf } from './network-under-test.ts';

const file = readGoldenFile('discriminator');
const { resolution, plan } = sizesOf(file);
const gamma = file.config['gamma'] as number;
const spec = discriminatorSpec(resolution, plan);
const keys = mapKeys(nvidiaDiscriminatorKeys(resolution), flattenSpecs(spec).keys());

/** Real and fake images, then the parameters in the order of the key map. */
function everything(): readonly tf.Tensor[] {
  const images = ['real', 'fake'].map((name) => fromTorch(file.get('input', name), 'image'));
  return [...images, ...keys.map(({ theirs, layout }) => inOurLayout(file.get('parameter', theirs), layout))];
}

function parametersOf(tensors: readonly tf.Tensor[]): DiscriminatorParameters {
  const byName = new Map(keys.map(({ ours }, index) => [ours, tensors[index + 2] as tf.Tensor]));
  return fillParameters(spec, (name) => byName.get(name));
}

function lossOf(tensors: readonly tf.Tensor[]): tf.Scalar {
  const parameters = parametersOf(tensors);
  const [real, fake] = tensors as [tf.Tensor, tf.Tensor];
  return adversarialDiscriminatorLoss(discriminate(parameters, real), discriminate(parameters, fake));
}

function penaltyOf(tensors: readonly tf.Tensor[]): tf.Scalar {
  const parameters = parametersOf(tensors);
  return r1Penalty((image) => discriminate(parameters, image), tensors[0] as tf.Tensor, gamma);
}

function expectGradients(kind: 'gradient' | 'second', gradients: readonly tf.Tensor[]): void {
  ['real', 'fake'].forEach((name, index) => {
    if (!file.all.has(`${kind}.${name}`)) return;
    const error = relativeError(toTorch(gradients[index] as tf.Tensor, 'image'), file.get(kind, name));
    expect(error, `${kind} by ${name}`).toBeLessThan(TOLERANCE.gradient);
  });
  keys.forEach(({ theirs, layout }: KeyPair, index) => {
    if (!file.all.has(`${kind}.${theirs}`)) return;
    const golden = toTorch(inOurLayout(file.get(kind, theirs), layout), 'same');
    const error = relativeError(toTorch(gradients[index + 2] as tf.Tensor, 'same'), golden);
    expect(error, `${kind} by ${theirs}`).toBeLessThan(TOLERANCE.gradient);
  });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

test('the same parameters, logits and loss', () => {
  const tensors = everything();
  const parameters = parametersOf(tensors);
  expect(flattenParameters(parameters as unknown as ParameterTree).size).toBe(file.of('parameter').size);
  ['real', 'fake'].forEach((name, index) => {
    const logits = discriminate(parameters, tensors[index] as tf.Tensor);
    expect(relativeError(toTorch(logits, 'same'), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
  });
  expect(relativeError(toTorch(lossOf(tensors), 'same'), file.get('output', 'loss'))).toBeLessThan(TOLERANCE.value);
});

test('the same gradients of the loss by images and parameters', () => {
  expectGradients('gradient', tf.grads((...tensors: tf.Tensor[]) => lossOf(tensors))([...everything()]));
});

test('the same R1 penalty', () => {
  expect(relativeError(toTorch(penaltyOf(everything()), 'same'), file.get('output', 'r1'))).toBeLessThan(TOLERANCE.value);
});

test('the same gradients of R1 by the image and by every parameter: second order', () => {
  const tensors = everything();
  const reached = keys.map(({ ours }, index) => ({ ours, index: index + 2 })).filter(({ ours }) => ours !== 'final.out.bias');
  const varied = [0, ...reached.map(({ index }) => index)];
  const gradients = tf.grads((...own: tf.Tensor[]) => {
    const all = [...tensors];
    varied.forEach((at, position) => (all[at] = own[position] as tf.Tensor));
    return penaltyOf(all);
  })(varied.map((at) => tensors[at] as tf.Tensor));
  const complete: tf.Tensor[] = [];
  varied.forEach((at, position) => (complete[at] = gradients[position] as tf.Tensor));
  expectGradients('second', complete);
});
