import '@tensorflow/tfjs';
import { IR_SE_50, codesFrom, encode, encoderSpec, latentMaps } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { fillParameters, flattenParameters, flattenSpecs, initialParameters, releasingGradients, seededNormal } from '@mfim/nn';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

const table = styleTable(64, { base: 256, maximum: 16 });
const small: EncoderConfig = {
  inputResolution: 64,
  stemWidth: 8,
  stages: [{ units: 1, width: 8 }, { units: 2, width: 12 }, { units: 1, width: 16 }],
  pyramidWidth: 12,
  levels: [{ resolution: 8, codesUpTo: 8 }, { resolution: 16, codesUpTo: 16 }, { resolution: 32, codesUpTo: 64 }],
  codeWidth: 16,
  mapWidth: 8,
  mapResolutions: [8, 16, 32],
};

const build = (config: EncoderConfig, forTable = table) => initialParameters(encoderSpec(config, forTable), seededNormal(1));

test('gives a code for every entry and a map for every noise input of the configured resolutions', () => {
  const image = tf.randomUniform([2, 64, 64, 3], -1, 1, 'float32', 3);
  const { codes, maps } = encode(build(small), { config: small, table }, image);
  expect(codes.map((code) => code.shape)).toEqual(table.entries.map((entry) => [2, entry.width]));
  expect([...maps].map(([index, map]) => [index, map.shape])).toEqual(
    table.noises.filter(({ resolution }) => [8, 16, 32].includes(resolution)).map(({ index, resolution }) => [index, [2, resolution, resolution, 1]]),
  );
});

test('starts at neutral styles and empty maps', async () => {
  const image = tf.randomUniform([1, 64, 64, 3], -1, 1, 'float32', 3);
  const { codes, maps } = encode(build(small), { config: small, table }, image);
  for (const map of maps.values()) expect(Math.max(...(await map.data()))).toBe(0);
  const mean = (await tf.mean(tf.concat(codes as tf.Tensor[], 1)).data())[0] as number;
  expect(Math.abs(mean - 1)).toBeLessThan(0.5);
});

test('every trainable parameter gets a gradient', () => {
  const tree = encoderSpec(small, table);
  const start = flattenParameters(initialParameters(tree, seededNormal(2)));
  const trained = [...flattenSpecs(tree)].filter(([, spec]) => spec.trainable).map(([name]) => name);
  const image = tf.randomUniform([2, 64, 64, 3], -1, 1, 'float32', 3);
  const gradients = tf.grads((...tensors: tf.Tensor[]) => {
    const parameters = fillParameters(tree, (name) => tensors[trained.indexOf(name)] ?? start.get(name));
    const { codes, maps } = encode(parameters, { config: small, table }, image);
    return [...codes, ...maps.values()].map((part) => tf.sum(tf.square(tf.add(part, 1)))).reduce((sum, term) => tf.add(sum, term));
  })(trained.map((name) => start.get(name) as tf.Tensor));
  // An M2M block's first convolution lies behind a zero one at the start.
  const silent = trained.filter((_, index) => (tf.max(tf.abs(gradients[index] as tf.Tensor)).dataSync()[0] as number) === 0);
  expect(silent.filter((name) => !/^maps\.r\d+\.conv0/.test(name))).toEqual([]);
});

const tiny: EncoderConfig = {
  inputResolution: 16,
  stemWidth: 3,
  pyramidWidth: 4,
  codeWidth: 4,
  mapWidth: 3,
  mapResolutions: [4, 8],
  stages: [{ units: 2, width: 4 }, { units: 1, width: 5 }],
  levels: [{ resolution: 4, codesUpTo: 4 }, { resolution: 8, codesUpTo: 16 }],
};

// A feature that pyramid and backbone both read gets its gradients added in another order; measured 5e-8 of the largest entry.
test.each([16, 8, 1])('recomputed from %i pixels: the same codes and maps, gradients within float32 rounding', (recomputeFrom) => {
  const tinyTable = styleTable(16, { base: 32, maximum: 4 });
  const parameters = build(tiny, tinyTable);
  const image = tf.randomUniform([1, 16, 16, 3], -1, 1, 'float32', 3);
  const xs = [image, parameters.body.stem.conv, ...Object.values(parameters.body.units).map(({ conv0 }) => conv0)];
  const run = (config: EncoderConfig) =>
    releasingGradients(() => {
      const { codes, maps } = encode(parameters, { config, table: tinyTable }, image);
      return [...codes, ...maps.values()].map((part) => tf.sum(tf.square(tf.add(part, 1)))).reduce((sum, term) => tf.add(sum, term));
    }, xs);
  const [plain, lean] = [run(tiny), run({ ...tiny, recomputeFrom })];
  expect(lean.value.dataSync()).toEqual(plain.value.dataSync());
  const apart = plain.gradients.map((gradient, index) => {
    const [difference, size] = [tf.sub(gradient, lean.gradients[index] as tf.Tensor), gradient].map((tensor) => tf.max(tf.abs(tensor)).dataSync()[0] as number);
    return (difference as number) / (size as number);
  });
  expect(Math.max(...apart)).toBeLessThan(1e-6);
});

describe.each([false, true])('trunks by latent, the first for all: %s', (firstTrunkForAll) => {
  const config: EncoderConfig = { ...small, trunks: 'latent', firstTrunkForAll };
  const parameters = build(config);
  const image = tf.randomUniform([2, 64, 64, 3], -1, 1, 'float32', 3);

  test('give a code for every entry', () => {
    const { codes } = encode(parameters, { config, table }, image);
    expect(codes.map((code) => code.shape)).toEqual(table.entries.map((entry) => [2, entry.width]));
    expect(Object.keys(parameters.codes)).toHaveLength(table.latentCount);
  });

  test('law: codes that are wanted alone are those among all', () => {
    const maps = latentMaps(parameters, config, image);
    const all = codesFrom(parameters, { config, table }, { maps });
    const some = codesFrom(parameters, { config, table }, { maps, isWanted: ({ resolution }) => resolution >= 16 });
    expect([...some.keys()]).toEqual(table.entries.filter(({ resolution }) => resolution >= 16).map(({ index }) => index));
    for (const [index, code] of some) expect(code.dataSync()).toEqual(all.get(index)?.dataSync());
  });
});

test('IR-SE50 for a 1024 generator: 26 heads on shared trunks', () => {
  const { codes, maps } = encoderSpec(IR_SE_50, styleTable(1024));
  expect(Object.values(codes).map((level) => Object.keys(level.heads).length)).toEqual([5, 6, 15]);
  expect(Object.keys(maps)).toEqual(['r16', 'r32', 'r64']);
});

test.each([
  ['a level the backbone does not reach', { levels: [{ resolution: 4, codesUpTo: 64 }] }, /first level at 8/],
  ['levels that skip a size', { levels: [{ resolution: 8, codesUpTo: 8 }, { resolution: 32, codesUpTo: 64 }] }, /double/],
  ['codes without a level', { levels: [{ resolution: 8, codesUpTo: 8 }] }, /codesUpTo to reach 64/],
  ['maps above the levels', { mapResolutions: [64] }, /mapResolutions/],
  ['a first trunk for all without trunks by latent', { firstTrunkForAll: true }, /trunks: 'latent'/],
  ['an odd input', { inputResolution: 60 }, /power of two/],
])('refuses %s', (_, change, message) => {
  expect(() => encoderSpec({ ...small, ...change }, table)).toThrow(message);
});

test('refuses an image of another size', () => {
  expect(() => encode(build(small), { config: small, table }, tf.zeros([1, 32, 32, 3]))).toThrow(/axis '64' of image/);
});
