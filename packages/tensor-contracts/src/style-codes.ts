/**
 * Style codes and style maps on the host: what travels between encoder, mixing and generator.
 */
import { ShapeError } from './errors.ts';
import type { StyleTable } from './style-table.ts';

/** All style codes of one face, concatenated in table order: `table.totalWidth` numbers. */
export interface StyleCodes {
  readonly table: StyleTable;
  readonly values: Float32Array;
}

/** Style maps by noise index, each `resolution * resolution` numbers; absent ones are zero. */
export type StyleMaps = ReadonlyMap<number, Float32Array>;

/** A checked `StyleCodes` around existing numbers (not copied). */
export function styleCodes(table: StyleTable, values: Float32Array): StyleCodes {
  if (values.length !== table.totalWidth) {
    throw new ShapeError({
      where: 'styleCodes',
      expected: `${table.totalWidth} numbers for a ${table.resolution}-pixel generator`,
      got: `${values.length}`,
      remedy: 'use the codes of the same bundle, or derive the table with its channel plan',
    });
  }
  return { table, values };
}

/** The part of the codes that drives one layer (a view, not a copy). */
export function codeOf(codes: StyleCodes, index: number): Float32Array {
  const entry = codes.table.entries[index];
  if (entry === undefined) {
    throw new ShapeError({
      where: 'codeOf',
      expected: `a style index from 0 to ${codes.table.entries.length - 1}`,
      got: String(index),
      remedy: 'take the index from the style table',
    });
  }
  return codes.values.subarray(entry.offset, entry.offset + entry.width);
}
