/** Numbers that a protocol buffer lists, packed into one field or one field each. */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES } from '../data-type.ts';
import type { DataType } from '../data-type.ts';
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading } from '../reading/region.ts';
import { readVarint } from './wire-reader.ts';
import type { WireField } from './wire-reader.ts';

const WHERE = 'readOnnx';
const MAXIMUM_LISTED = 4096;

/** The integers of a short list, such as a shape. */
export function* readVarints({ varint, region, counted }: WireField): Reading<readonly bigint[]> {
  if (varint !== undefined) return [varint];
  if (region === undefined || !counted || region.size > MAXIMUM_LISTED) damaged(WHERE, { expected: 'a short list of integers', got: 'something else' });
  const reader = new ByteReader(WHERE, yield* region.read(0, region.size));
  const values: bigint[] = [];
  while (reader.position < region.size) values.push(readVarint(reader));
  return values;
}

/** Integers of any length as numbers of a format; a 16-bit float is its bits. */
export function* loadVarints(fields: readonly WireField[], count: number, dtype: DataType): Reading<Uint8Array> {
  const width = DATA_TYPE_BYTES[dtype];
  const available = fields.reduce((total, { region }) => total + (region?.size ?? 1), 0);
  if (available < count) damaged(WHERE, { expected: `${count} integers`, got: `at most ${available}` });
  const bytes = new Uint8Array(count * width);
  const view = new DataView(bytes.buffer);
  let index = 0;
  function add(value: bigint): void {
    if (index < count) {
      if (width === 8) view.setBigUint64(index * width, value, true);
      else if (width === 4) view.setUint32(index * width, Number(BigInt.asUintN(32, value)), true);
      else if (width === 2) view.setUint16(index * width, Number(BigInt.asUintN(16, value)), true);
      else view.setUint8(index, Number(BigInt.asUintN(8, value)));
    }
    index += 1;
  }
  for (const { varint, region } of fields) {
    if (varint !== undefined) add(varint);
    if (region === undefined) continue;
    const reader = new ByteReader(WHERE, yield* region.read(0, region.size));
    while (reader.position < region.size) add(readVarint(reader));
  }
  if (index !== count) damaged(WHERE, { expected: `${count} integers`, got: `${index}` });
  return bytes;
}

/** The bytes of several fields, one after the other. */
export function* collectBytes(fields: readonly WireField[], size: number): Reading<Uint8Array> {
  const bytes = new Uint8Array(size);
  let position = 0;
  for (const { region } of fields) {
    if (region === undefined) continue;
    bytes.set(yield* region.read(0, region.size), position);
    position += region.size;
  }
  return bytes;
}
