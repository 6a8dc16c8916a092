import { entriesOf, styleCodes, styleTable } from '@mfim/tensor-contracts';
import type { StyleCodes, StyleTable } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import type { LayerWeights } from '../src/layer-weights.ts';

/** 14 codes at 64 pixels, 4 channels: 28 numbers at identity layers. */
export const TABLE = styleTable(64, { base: 4096, maximum: 4 });

export function anyCodes(table: StyleTable = TABLE): fc.Arbitrary<StyleCodes> {
  const number = fc.float({ min: -100, max: 100, noNaN: true });
  return fc
    .array(number, { minLength: table.totalWidth, maxLength: table.totalWidth })
    .map((values) => styleCodes(table, Float32Array.from(values)));
}

const weight = fc.double({ min: 0.01, max: 100, noNaN: true });

/** Weights that reach every identity layer of `TABLE` with numbers above 0. */
export const anyWeights: fc.Arbitrary<LayerWeights> = fc.oneof(
  weight,
  fc.record({ '32': weight }),
  fc.record({ '32': weight, '64': weight, torgb: weight }),
  fc.record(Object.fromEntries(entriesOf(TABLE, 'source').map(({ name }) => [name, weight]))),
);

/** The largest difference between two codes. */
export function farthest(first: StyleCodes, second: StyleCodes): number {
  return Math.max(...first.values.map((value, index) => Math.abs(value - (second.values[index] as number))));
}
