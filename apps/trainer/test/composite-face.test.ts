import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compositeFace } from '../src/training/composite-face.ts';
import { PLAIN_VIEW, identityView } from '../src/training/identity-view.ts';
import { faceCrop } from '../src/training/face-crop.ts';

beforeAll(() => tf.setBackend('cpu'));

const composite = { centre: [0.5, 0.5], radii: [0.3, 0.3], feather: 0.3, colourShare: 1, strength: 1 } as const;
const image = (seed: number): tf.Tensor4D => tf.randomUniform([2, 16, 16, 3], -0.5, 0.5, 'float32', seed);
const largest = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number;
const pixel = (x: tf.Tensor, row: number, column: number): tf.Tensor => tf.slice(x, [0, row, column, 0], [2, 1, 1, 3]);

describe('compositeFace', () => {
  test('law: a face in its own head is that face', () => {
    expect(largest(compositeFace(image(1), image(1), composite), image(1))).toBeLessThan(1e-6);
  });

  test('the donor inside, the target outside; without colour share the donor as it is', () => {
    const [target, donor] = [image(1), image(2)];
    const result = compositeFace(target, donor, { ...composite, colourShare: 0 });
    expect(largest(pixel(result, 0, 0), pixel(target, 0, 0))).toBe(0);
    expect(largest(pixel(result, 8, 8), pixel(donor, 8, 8))).toBeLessThan(1e-6);
  });

  test('with the whole colour share a flat donor becomes the target\'s mean colour', () => {
    const result = compositeFace(tf.fill([1, 16, 16, 3], 0.25), tf.fill([1, 16, 16, 3], -0.6), composite);
    expect(largest(result, tf.fill([1, 16, 16, 3], 0.25))).toBeLessThan(1e-5);
  });

  test('strength goes straight from the target to the composite', () => {
    const [target, donor] = [image(1), image(2)];
    const half = compositeFace(target, donor, { ...composite, strength: 0.5 });
    expect(largest(half, tf.div(tf.add(target, compositeFace(target, donor, composite)), 2))).toBeLessThan(1e-6);
    expect(largest(compositeFace(target, donor, { ...composite, strength: 0 }), target)).toBe(0);
  });

  test('stays in the range of images', () => {
    const result = compositeFace(tf.fill([1, 16, 16, 3], 1), image(3).slice([0, 0, 0, 0], [1, -1, -1, -1]), composite);
    expect(tf.max(result).dataSync()[0]).toBeLessThanOrEqual(1);
  });
});

describe('faceCrop', () => {
  const crop = { left: 0.25, top: 0.5, side: 0.5 };

  test('shape: twice the pixels of the square', () => {
    expect(faceCrop(image(1), crop).shape).toEqual([2, 16, 16, 3]);
    expect(faceCrop(image(1), { left: 0.9, top: 0.9, side: 0.25 }).shape).toEqual([2, 8, 8, 3]);
  });

  test('value: the mean of the square stays', () => {
    const inside = tf.slice(image(1), [0, 8, 4, 0], [2, 8, 8, 3]);
    expect(largest(tf.mean(faceCrop(image(1), crop), [1, 2]), tf.mean(inside, [1, 2]))).toBeLessThan(1e-2);
  });

  test('gradient: flows into the square and nowhere else', () => {
    const gradient = tf.grad((x) => tf.sum(faceCrop(x, crop)))(image(1));
    expect(largest(pixel(gradient, 0, 0), tf.zeros([2, 1, 1, 3]))).toBe(0);
    expect(tf.sum(gradient).dataSync()[0]).toBeCloseTo(2 * 16 * 16 * 3, 1);
  });
});

describe('identityView', () => {
  test('plain is the image itself; mirrored twice as well', () => {
    expect(largest(identityView(image(1), PLAIN_VIEW), image(1))).toBe(0);
    const mirror = { scale: 1, mirrored: true };
    expect(largest(identityView(identityView(image(1), mirror), mirror), image(1))).toBe(0);
  });

  test('shape follows the scale; a gradient reaches the image', () => {
    const view = { scale: 0.5, mirrored: true };
    expect(identityView(image(1), view).shape).toEqual([2, 8, 8, 3]);
    expect(tf.sum(tf.grad((x) => tf.sum(identityView(x, view)))(image(1))).dataSync()[0]).toBeCloseTo(2 * 8 * 8 * 3, 1);
  });
});
