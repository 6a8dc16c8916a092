/** A view as sampling matrices is the view that resizes, mirrors and crops; so are its gradients. */
import '@tensorflow/tfjs';
import { arcFaceCrop } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { identityView } from '../src/training/identity-view.ts';
import { cropThrough, viewFraming } from '../src/training/view-framing.ts';

beforeAll(() => tf.setBackend('cpu'));

const largest = (tensor: tf.Tensor): number => tf.max(tf.abs(tensor)).dataSync()[0] as number;

test('law: cropThrough(viewFraming(view)) is the crop of the view, for every scale, mirrored or not', () => {
  const views = fc.record({ scale: fc.double({ min: 0.5, max: 1.3, noNaN: true }), mirrored: fc.boolean() });
  fc.assert(
    fc.property(views, fc.integer({ min: 8, max: 20 }), (view, size) => {
      tf.tidy(() => {
        const image = tf.randomUniform([1, size, size, 3], -1, 1, 'float32', size);
        expect(largest(tf.sub(cropThrough(image, viewFraming(size, view)), arcFaceCrop(identityView(image, view))))).toBeLessThan(1e-5);
      });
    }),
    { numRuns: 12 },
  );
});

test('the gradient is that of the view', () => {
  tf.tidy(() => {
    const view = { scale: 1, mirrored: true };
    const image = tf.randomUniform([2, 12, 12, 3], -1, 1, 'float32', 3);
    const weights = tf.randomUniform([2, 112, 112, 3], -1, 1, 'float32', 4);
    const framing = viewFraming(12, view);
    const through = tf.grad((x) => tf.sum(tf.mul(cropThrough(x, framing), weights)))(image);
    const plainly = tf.grad((x) => tf.sum(tf.mul(arcFaceCrop(identityView(x, view)), weights)))(image);
    expect(largest(tf.sub(through, plainly))).toBeLessThan(1e-4 * largest(plainly));
  });
});
