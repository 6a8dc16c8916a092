/** The key maps of StyleGAN2's two PyTorch stores: names that those files have, and the law that mapping and unmapping is nothing. */
import { fromTheirs, mapKeys, theirShape, toTheirs, unmapKeys } from '@mfim/checkpoints';
import type { KeyMap } from '@mfim/checkpoints';
import { flattenSpecs, seededNormal } from '@mfim/nn';
import type { ParameterSpec } from '@mfim/nn';
import { NVIDIA_GENERATOR_KEYS, ROSINALITY_GENERATOR_KEYS, discriminatorSpec, generatorSpec, nvidiaDiscriminatorKeys, rosinalityDiscriminatorKeys } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const PLAN = { base: 64, maximum: 6 };

const generator = (resolution: number, layers: number) => flattenSpecs(generatorSpec(styleTable(resolution, PLAN), 5, layers));
const discriminator = (resolution: number) => flattenSpecs(discriminatorSpec(resolution, PLAN));

interface Network {
  readonly map: KeyMap;
  readonly specs: ReadonlyMap<string, ParameterSpec>;
}

const anyNetwork: fc.Arbitrary<Network> = fc
  .record({ resolution: fc.constantFrom(8, 16, 32, 64), layers: fc.integer({ min: 1, max: 9 }), which: fc.nat({ max: 3 }) })
  .map(({ resolution, layers, which }) => {
    if (which === 0) return { map: NVIDIA_GENERATOR_KEYS, specs: generator(resolution, layers) };
    if (which === 1) return { map: ROSINALITY_GENERATOR_KEYS, specs: generator(resolution, layers) };
    const specs = discriminator(resolution);
    return { map: which === 2 ? nvidiaDiscriminatorKeys(resolution) : rosinalityDiscriminatorKeys(resolution), specs };
  });

test('law: to their names and layouts and back changes nothing', () => {
  fc.assert(
    fc.property(anyNetwork, fc.nat({ max: 99 }), ({ map, specs }, seed) => {
      const normal = seededNormal(seed);
      const ours = new Map([...specs].map(([name, { shape }]) => [name, { shape: [...shape], data: normal(shape.reduce((product, size) => product * size, 1)) }]));
      const back = fromTheirs(toTheirs(ours, map), map, specs);
      expect(back.report.unexpected).toEqual([]);
      expect(back.tensors).toEqual(ours);
    }),
    { numRuns: 30 },
  );
});

test('law: every name of theirs leads back to the parameter of ours', () => {
  fc.assert(
    fc.property(anyNetwork, ({ map, specs }) => {
      const pairs = mapKeys(map, specs.keys());
      expect(new Set(pairs.map(({ theirs }) => theirs)).size).toBe(specs.size);
      expect(unmapKeys(map, pairs.map(({ theirs }) => theirs))).toEqual(pairs);
    }),
  );
});

/** Their names and shapes at 1024, config F, as model facts, section 3.1, have them. */
const AT_1024: readonly (readonly [string, KeyMap, ReadonlyMap<string, ParameterSpec>, Readonly<Record<string, readonly number[]>>])[] = [
  ['NVIDIA generator', NVIDIA_GENERATOR_KEYS, flattenSpecs(generatorSpec(styleTable(1024))), {
    'mapping.fc7.bias': [512], 'mapping.w_avg': [512], 'synthesis.b4.const': [512, 4, 4], 'synthesis.b8.conv0.affine.weight': [512, 512],
    'synthesis.b1024.conv1.noise_const': [1024, 1024], 'synthesis.b1024.conv1.noise_strength': [], 'synthesis.b1024.torgb.weight': [3, 32, 1, 1], 'synthesis.b1024.conv0.weight': [32, 64, 3, 3],
  }],
  ['rosinality generator', ROSINALITY_GENERATOR_KEYS, flattenSpecs(generatorSpec(styleTable(1024))), {
    'style.1.weight': [512, 512], 'style.8.bias': [512], 'latent_avg': [512], 'input.input': [1, 512, 4, 4], 'conv1.conv.weight': [1, 512, 512, 3, 3], 'convs.0.conv.modulation.bias': [512],
    'convs.14.conv.weight': [1, 32, 64, 3, 3], 'convs.15.noise.weight': [1], 'convs.15.activate.bias': [32], 'to_rgb1.conv.modulation.weight': [512, 512], 'to_rgbs.7.bias': [1, 3, 1, 1],
    'to_rgbs.7.conv.weight': [1, 3, 32, 1, 1], 'noises.noise_16': [1, 1, 1024, 1024], 'noises.noise_0': [1, 1, 4, 4],
  }],
  ['NVIDIA discriminator', nvidiaDiscriminatorKeys(1024), flattenSpecs(discriminatorSpec(1024)), {
    'b1024.fromrgb.weight': [32, 3, 1, 1], 'b1024.conv1.weight': [64, 32, 3, 3], 'b8.skip.weight': [512, 512, 1, 1], 'b4.conv.weight': [512, 513, 3, 3], 'b4.fc.weight': [512, 8192], 'b4.out.bias': [1],
  }],
  ['rosinality discriminator', rosinalityDiscriminatorKeys(1024), flattenSpecs(discriminatorSpec(1024)), {
    'convs.0.0.weight': [32, 3, 1, 1], 'convs.0.1.bias': [32], 'convs.1.conv2.1.weight': [64, 32, 3, 3], 'convs.8.conv1.0.weight': [512, 512, 3, 3], 'convs.8.skip.1.weight': [512, 512, 1, 1],
    'final_conv.0.weight': [512, 513, 3, 3], 'final_linear.0.weight': [512, 8192], 'final_linear.1.bias': [1],
  }],
];

describe.each(AT_1024)('%s at 1024', (_, map, specs, wanted) => {
  test('names and shapes as in the files', () => {
    const shapes = new Map(mapKeys(map, specs.keys()).map(({ ours, theirs, layout }) => [theirs, theirShape((specs.get(ours) as ParameterSpec).shape, layout)]));
    expect(shapes.size).toBe(specs.size);
    for (const [name, shape] of Object.entries(wanted)) expect(shapes.get(name), name).toEqual(shape);
  });
});

test('an unknown parameter is named', () => {
  expect(() => mapKeys(NVIDIA_GENERATOR_KEYS, ['synthesis.b4.other'])).toThrow(/synthesis.b4.other/);
});
