import { countParameters } from '@mfim/nn';
import { discriminatorSpec, generatorSpec } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import { expect, test } from 'vitest';

test('parameter counts of config F at 1024 are exact', () => {
  const { mapping, affines, synthesis } = generatorSpec(styleTable(1024));
  expect(countParameters(mapping)).toBe(2_101_248);
  expect(countParameters({ affines, synthesis })).toBe(28_268_812);
  expect(countParameters(generatorSpec(styleTable(1024)))).toBe(30_370_060);
  expect(countParameters(discriminatorSpec(1024))).toBe(29_012_513);
});
