import '@tensorflow/tfjs';
import { encode, encodeView, encoderSpec, softenFace } from '@mfim/encoder';
import type { EncoderConfig, FaceSoftening } from '@mfim/encoder';
import { initialParameters, seededNormal } from '@mfim/nn';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const softening: FaceSoftening = { codesUpTo: 4, cells: 4, centre: [0.5, 0.5], radii: [0.3, 0.3], feather: 0.2 };
const image = tf.randomUniform([1, 16, 16, 3], -1, 1, 'float32', 1);
const difference = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number;
const at = (x: tf.Tensor, row: number, column: number): tf.Tensor => tf.slice(x, [0, row, column, 0], [1, 1, 1, 3]);

test('changes the face and nothing outside of it', () => {
  const soft = softenFace(image, softening);
  expect(soft.shape).toEqual(image.shape);
  expect(difference(at(soft, 0, 0), at(image, 0, 0))).toBe(0);
  expect(difference(at(soft, 15, 8), at(image, 15, 8))).toBe(0);
  expect(difference(at(soft, 8, 8), at(image, 8, 8))).toBeGreaterThan(0.05);
});

test('law: a flat image stays as it is, and the detail of the face is gone', () => {
  expect(difference(softenFace(tf.fill([1, 16, 16, 3], 0.3), softening), tf.fill([1, 16, 16, 3], 0.3))).toBeLessThan(1e-6);
  const stripes = tf.tile(tf.tensor4d([1, -1, -1, 1], [1, 1, 4, 1]), [1, 16, 4, 3]);
  expect(difference(at(softenFace(stripes, softening), 8, 8), tf.zeros([1, 1, 1, 3]))).toBeLessThan(1e-6);
});

test('law: cells that do not divide the image keep a flat image and the image outside of the face', () => {
  expect(difference(softenFace(tf.fill([1, 16, 16, 3], 0.3), { ...softening, cells: 5 }), tf.fill([1, 16, 16, 3], 0.3))).toBeLessThan(1e-6);
  const soft = softenFace(image, { ...softening, cells: 5 });
  expect(difference(at(soft, 0, 0), at(image, 0, 0))).toBe(0);
  expect(difference(at(soft, 8, 8), at(image, 8, 8))).toBeGreaterThan(0.05);
});

test('refuses more cells than pixels, and none', () => {
  expect(() => softenFace(image, { ...softening, cells: 17 })).toThrow(/1 to 16 cells/);
  expect(() => softenFace(image, { ...softening, cells: 0 })).toThrow(/1 to 16 cells/);
});

test('encode reads maps and coarse codes from the softened face, fine codes from the face itself', () => {
  const table = styleTable(16, { base: 64, maximum: 8 });
  const config: EncoderConfig = {
    inputResolution: 16, stemWidth: 4, stages: [{ units: 1, width: 6 }, { units: 1, width: 8 }], pyramidWidth: 6,
    levels: [{ resolution: 4, codesUpTo: 4 }, { resolution: 8, codesUpTo: 16 }], codeWidth: 8, mapWidth: 4, mapResolutions: [4, 8], softening,
  };
  const parameters = initialParameters(encoderSpec(config, table), seededNormal(1));
  const context = { config, table };
  const both = encode(parameters, context, image);
  const whole = encodeView(parameters, context, image);
  const soft = encodeView(parameters, context, softenFace(image, softening));
  table.entries.forEach(({ resolution }, index) => {
    const view = resolution <= 4 ? soft : whole;
    expect(difference(both.codes[index] as tf.Tensor, view.codes[index] as tf.Tensor)).toBe(0);
  });
  for (const [index, map] of both.maps) expect(difference(map, soft.maps.get(index) as tf.Tensor)).toBe(0);
});
