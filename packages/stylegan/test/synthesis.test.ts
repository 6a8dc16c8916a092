import '@tensorflow/tfjs-backend-cpu';
import { initialParameters, seededNormal } from '@mfim/nn';
import { affineStyles, discriminate, discriminatorSpec, generatorSpec, mapLatent, synthesize, synthesizeStage, truncate } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

const plan = { base: 128, maximum: 12 };
const table = styleTable(32, plan);
const { mapping, affines, synthesis } = initialParameters(generatorSpec(table, 16), seededNormal(1));
const codesFor = (batch: number, seed = 5) =>
  affineStyles(affines, table, [mapLatent(mapping, tf.randomNormal([batch, 16], 0, 1, 'float32', seed))]);
const difference = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number;

describe('synthesize', () => {
  test('draws every resolution on the way', () => {
    const { image, images } = synthesize(synthesis, table, { codes: codesFor(2) });
    expect(image.shape).toEqual([2, 32, 32, 3]);
    expect([...images.keys()]).toEqual([4, 8, 16, 32]);
    expect(images.get(8)?.shape).toEqual([2, 8, 8, 3]);
  });

  test('law: stages compose to the whole', () => {
    const inputs = { codes: codesFor(1) };
    const from = synthesizeStage(synthesis, table, { inputs, stage: { upTo: 8 } });
    const staged = synthesizeStage(synthesis, table, { inputs, stage: { from, upTo: 32 } });
    expect(difference(staged.rgb, synthesize(synthesis, table, inputs).image)).toBe(0);
  });

  test('law: an image does not depend on its neighbours in the batch', () => {
    const codes = codesFor(3);
    const alone = codes.map((code) => tf.slice(code, [1, 0], [1, -1]));
    const together = tf.slice(synthesize(synthesis, table, { codes }).image, [1, 0, 0, 0], [1, -1, -1, -1]);
    expect(difference(together, synthesize(synthesis, table, { codes: alone }).image)).toBeLessThan(1e-5);
  });

  test('law: scaling weights draws what scaling activations draws, with maps and noise', () => {
    const maps = new Map([[3, tf.randomNormal([1, 16, 16, 1], 0, 1, 'float32', 4)]]);
    const noise = new Map(table.noises.map(({ index, resolution }) => [index, tf.randomNormal([resolution, resolution, 1], 0, 1, 'float32', index)]));
    const draw = (scaleWeightsFrom?: number) => synthesize(synthesis, table, { codes: codesFor(1), maps, noise, scaleWeightsFrom }).image;
    for (const from of [4, 16]) expect(difference(draw(from), draw())).toBeLessThan(1e-5);
    expect(() => synthesize(synthesis, table, { codes: codesFor(2), scaleWeightsFrom: 8 })).toThrow(/one image/);
  });

  test('a style map moves the image, a zero map does not', () => {
    const codes = codesFor(1);
    const plain = synthesize(synthesis, table, { codes }).image;
    const withMap = (value: number) => synthesize(synthesis, table, { codes, maps: new Map([[3, tf.mul(tf.ones([1, 16, 16, 1]), value)]]) }).image;
    expect(difference(plain, withMap(0))).toBe(0);
    expect(difference(plain, withMap(1))).toBeGreaterThan(1e-3);
  });

  test('stored noise starts without strength', () => {
    const codes = codesFor(1);
    expect(difference(synthesize(synthesis, table, { codes, noise: 'none' }).image, synthesize(synthesis, table, { codes }).image)).toBe(0);
  });

  test.each([
    ['too few codes', { codes: [] }, /11 style codes/],
    ['a code of another width', { codes: table.entries.map(() => tf.zeros([1, 5])) }, /synthesize b4.conv1/],
    ['a map of another size', { codes: codesFor(1), maps: new Map([[3, tf.zeros([1, 8, 8, 1])]]) }, /axis 'size' of result/],
  ])('refuses %s', (_, inputs, message) => {
    expect(() => synthesize(synthesis, table, inputs)).toThrow(message);
  });
});

test('truncation: 1 keeps w, 0 gives the mean', () => {
  const w = mapLatent(mapping, tf.randomNormal([2, 16], 0, 1, 'float32', 9));
  const mean = tf.randomNormal([16], 0, 1, 'float32', 10);
  expect(difference(truncate(w, mean, 1), w)).toBeLessThan(1e-6);
  expect(difference(truncate(w, mean, 0), tf.tile(tf.expandDims(mean), [2, 1]))).toBeLessThan(1e-6);
});

test('the discriminator sees a batch of 4 and refuses one of 6', () => {
  const parameters = initialParameters(discriminatorSpec(32, plan), seededNormal(2));
  expect(discriminate(parameters, tf.zeros([4, 32, 32, 3])).shape).toEqual([4, 1]);
  expect(() => discriminate(parameters, tf.zeros([6, 32, 32, 3]))).toThrow(/multiple of 4/);
});
