/** Augmentation against PyTorch (tools/golden/python/mfim_golden/augmentation_recipes.py): value, gradient, and R1's second order. */
import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs';
import { readSafetensors, toFloat32State } from '@mfim/checkpoints';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { augment } from '../src/pretraining/augment.ts';
import type { AugmentationDraws } from '../src/pretraining/draw-augmentation.ts';

const VALUES = new URL('../../../tools/golden/values/augmentation.safetensors', import.meta.url);
/** As in tools/golden. */
const TOLERANCE = { value: 1e-4, gradient: 1e-3 };

const { tensors, metadata } = readSafetensors(readFileSync(VALUES));
const state = toFloat32State(tensors);
const { draws } = JSON.parse(metadata.get('config') as string) as { draws: AugmentationDraws };

/** A golden image batch [n, 3, h, w] as [n, h, w, 3]. */
function golden(name: string): tf.Tensor4D {
  const { data, shape } = state.get(name) as { data: Float32Array; shape: readonly number[] };
  return tf.transpose(tf.tensor4d(data, shape as [number, number, number, number]), [0, 2, 3, 1]);
}

const largest = (tensor: tf.Tensor): number => tf.max(tf.abs(tensor)).dataSync()[0] as number;
const relativeError = (actual: tf.Tensor, wanted: tf.Tensor): number => largest(tf.sub(actual, wanted)) / largest(wanted);
const scored = (images: tf.Tensor): tf.Scalar => tf.sum(tf.mul(augment(images, draws), golden('probe.augmented')));
const penalty = (images: tf.Tensor): tf.Scalar => {
  const squares = (inner: tf.Tensor): tf.Scalar => tf.sum(tf.mul(tf.square(augment(inner, draws)), golden('probe.augmented')));
  return tf.sum(tf.square(tf.grad(squares)(images)));
};

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
});

test('value', () => {
  expect(relativeError(augment(golden('input.images'), draws), golden('output.augmented'))).toBeLessThan(TOLERANCE.value);
});

test('gradient by the images', () => {
  expect(relativeError(tf.grad(scored)(golden('input.images')), golden('gradient.images'))).toBeLessThan(TOLERANCE.gradient);
});

test('the gradient of a gradient, as R1 needs it', () => {
  const images = golden('input.images');
  const wanted = (state.get('output.penalty') as { data: Float32Array }).data[0] as number;
  expect(Math.abs((penalty(images).dataSync()[0] as number) / wanted - 1)).toBeLessThan(TOLERANCE.value);
  expect(relativeError(tf.grad(penalty)(images), golden('second.images'))).toBeLessThan(TOLERANCE.gradient);
});
