/** pSp's names: those of the published encoder, and the law that mapping and unmapping is nothing. */
import { fromTheirs, mapKeys, theirShape, toTheirs, unmapKeys } from '@mfim/checkpoints';
import { IR_SE_50, encoderSpec, pspEncoderKeys, pspEncoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { countParameters, flattenSpecs, seededNormal } from '@mfim/nn';
import type { ParameterSpec } from '@mfim/nn';
import { styleTable } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const PSP: EncoderConfig = { ...IR_SE_50, trunks: 'latent', mapResolutions: [] };

const anyEncoder: fc.Arbitrary<EncoderConfig> = fc
  .record({ units: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }), firstTrunkForAll: fc.boolean() })
  .map(({ units, firstTrunkForAll }) => ({
    inputResolution: 32,
    stemWidth: 4,
    stages: units.map((count, stage) => ({ units: count, width: 4 + stage })),
    pyramidWidth: 6,
    levels: [{ resolution: 4, codesUpTo: 8 }, { resolution: 8, codesUpTo: 16 }, { resolution: 16, codesUpTo: 32 }],
    codeWidth: 6,
    mapWidth: 1,
    mapResolutions: [],
    trunks: 'latent',
    firstTrunkForAll,
  }));

test('law: to their names and layouts and back changes nothing', () => {
  fc.assert(
    fc.property(anyEncoder, fc.nat({ max: 99 }), (config, seed) => {
      const [specs, map, normal] = [flattenSpecs(pspEncoderSpec(config, styleTable(32, { base: 32, maximum: 4 }))), pspEncoderKeys(config), seededNormal(seed)];
      const ours = new Map([...specs].map(([name, { shape }]) => [name, { shape: [...shape], data: normal(shape.reduce((product, size) => product * size, 1)) }]));
      const back = fromTheirs(toTheirs(ours, map), map, specs);
      expect(back.report.unexpected).toEqual([]);
      expect(back.tensors).toEqual(ours);
      const pairs = mapKeys(map, specs.keys());
      expect(unmapKeys(map, pairs.map(({ theirs }) => theirs))).toEqual(pairs);
    }),
    { numRuns: 20 },
  );
});

test('names, shapes and size of the published encoder', () => {
  const spec = pspEncoderSpec(PSP, styleTable(1024));
  const specs = flattenSpecs(spec);
  const shapes = new Map(mapKeys(pspEncoderKeys(PSP), specs.keys()).map(({ ours, theirs, layout }) => [theirs, theirShape((specs.get(ours) as ParameterSpec).shape, layout)]));
  const wanted = {
    'input_layer.0.weight': [64, 3, 3, 3], 'input_layer.1.running_var': [64], 'input_layer.2.weight': [64], 'body.0.res_layer.0.weight': [64], 'body.3.res_layer.1.weight': [128, 64, 3, 3],
    'body.3.shortcut_layer.0.weight': [128, 64, 1, 1], 'body.3.shortcut_layer.1.running_mean': [128], 'body.7.res_layer.5.fc1.weight': [16, 256, 1, 1], 'body.23.res_layer.5.fc2.weight': [512, 32, 1, 1],
    'body.23.res_layer.4.bias': [512], 'latlayer1.weight': [512, 256, 1, 1], 'latlayer2.bias': [512], 'styles.0.convs.6.weight': [512, 512, 3, 3], 'styles.3.convs.8.bias': [512],
    'styles.17.convs.10.weight': [512, 512, 3, 3], 'styles.17.linear.weight': [512, 512],
  };
  for (const [name, shape] of Object.entries(wanted)) expect(shapes.get(name), name).toEqual(shape);
  // Only the first stage has a unit of stride 2 without a convolution in its shortcut; blocks have 4, 5 and 6 convolutions.
  for (const name of ['body.0.shortcut_layer.0.weight', 'styles.2.convs.8.weight', 'styles.6.convs.10.weight', 'styles.18.linear.weight']) expect(shapes.has(name), name).toBe(false);
  // Model facts, section 4: body 30.95 M, 18 heads 236.0 M, the whole encoder 267.1 M with 0.2 M of laterals.
  expect(countParameters({ body: spec.body }) / 1e6).toBeCloseTo(30.95, 2);
  expect((countParameters({ codes: spec.codes }) + countParameters({ latents: spec.latents })) / 1e6).toBeCloseTo(236, 1);
  expect(countParameters(spec) / 1e6).toBeCloseTo(267.1, 1);
});

test('trunks by latent at 1024: 18 of them, three, four and eleven a level, with the heads of the layers that read the vector', () => {
  const { codes } = encoderSpec(PSP, styleTable(1024));
  expect(Object.keys(codes)).toEqual(Array.from({ length: 18 }, (_, latent) => `l${latent}`));
  expect(Object.values(codes).map(({ trunk }) => Object.keys(trunk).length)).toEqual([...Array.from({ length: 3 }, () => 4), ...Array.from({ length: 4 }, () => 5), ...Array.from({ length: 11 }, () => 6)]);
  expect(Object.keys(codes['l3']?.heads ?? {})).toEqual(['b8_torgb', 'b16_conv0']);
  expect(Object.keys(codes['l17']?.heads ?? {})).toEqual(['b1024_torgb']);
});
