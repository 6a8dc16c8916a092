import { flattenSpecs } from '@mfim/nn';
import { discriminatorSpec, fromTorchLayout, generatorSpec, nvidiaDiscriminatorKeys, nvidiaGeneratorKeys, toTorchLayout } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';

const generator = flattenSpecs(generatorSpec(styleTable(1024)));
const discriminator = flattenSpecs(discriminatorSpec(64));

describe.each([
  ['generator', nvidiaGeneratorKeys(generator.keys()), generator],
  ['discriminator', nvidiaDiscriminatorKeys(discriminator.keys(), 64), discriminator],
])('%s keys', (_, pairs, specs) => {
  test('every parameter has one name on each side', () => {
    expect(pairs).toHaveLength(specs.size);
    expect(new Set(pairs.map((pair) => pair.theirs)).size).toBe(specs.size);
  });

  test('law: layouts there and back change nothing', () => {
    for (const { ours, layout } of pairs) {
      const shape = (specs.get(ours)?.shape ?? []).map((size) => Math.min(size, ours.includes('fc') ? 32 : 5));
      const size = shape.reduce((product, length) => product * length, 1);
      const data = Float32Array.from({ length: size }, (__, index) => index);
      const back = fromTorchLayout(toTorchLayout({ data, shape }, layout), layout);
      expect([back.shape, back.data]).toEqual([shape, data]);
    }
  });
});

test('names as in NVIDIA\'s files', () => {
  const theirs = nvidiaGeneratorKeys(generator.keys()).map((pair) => pair.theirs);
  for (const name of ['mapping.fc7.bias', 'mapping.w_avg', 'synthesis.b4.const', 'synthesis.b8.conv0.affine.weight', 'synthesis.b1024.conv1.noise_const', 'synthesis.b32.torgb.weight']) {
    expect(theirs).toContain(name);
  }
});

test('an unknown parameter is named', () => {
  expect(() => nvidiaGeneratorKeys(['synthesis.b4.other'])).toThrow(/synthesis.b4.other/);
});
