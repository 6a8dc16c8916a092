/** What the messages of a dataset say: shape, number format, place, filters (specification IV.A.2.b, d, i, l). */
import type { DataType } from '../data-type.ts';
import { ByteReader } from '../reading/byte-reader.ts';
import { WHERE, refuse, unread } from './file-layout.ts';
import type { Hdf5File } from './file-layout.ts';

const MAXIMUM_AXES = 32;

/** A shape; undefined for a dataset without data. */
export function readDataspace(file: Hdf5File, data: Uint8Array): readonly number[] | undefined {
  const reader = new ByteReader(WHERE, data);
  const version = reader.u8();
  const rank = reader.u8();
  reader.u8();
  const kind = reader.u8();
  if (version !== 1 && version !== 2) unread(`dataspace version ${version}`);
  if (rank > MAXIMUM_AXES) refuse(`at most ${MAXIMUM_AXES} axes`, `${rank}`);
  if (version === 1) reader.take(4);
  else if (kind === 2) return undefined;
  return Array.from({ length: rank }, () => reader.unsigned(file.lengthBytes));
}

/** A number format in a byte order. */
export interface NumberFormat {
  readonly dtype: DataType;
  readonly bigEndian: boolean;
}

const SIGNED: Readonly<Record<number, DataType>> = { 1: 'I8', 2: 'I16', 4: 'I32', 8: 'I64' };
const UNSIGNED: Readonly<Record<number, DataType>> = { 1: 'U8', 2: 'U16', 4: 'U32', 8: 'U64' };
/** By bytes and bits of the exponent. */
const FLOATS: Readonly<Record<string, DataType>> = { '2,5': 'F16', '2,8': 'BF16', '4,8': 'F32', '8,11': 'F64' };
const CLASSES = ['integers', 'floats', 'times', 'text', 'bit fields', 'opaque bytes', 'records', 'references', 'enumerations', 'lists', 'arrays'];

/** A number format, or in words what it is instead. */
export function readDatatype(data: Uint8Array): NumberFormat | string {
  const reader = new ByteReader(WHERE, data);
  const kind = reader.u8() & 0x0f;
  const [flags] = [reader.u8(), reader.u16()];
  const size = reader.u32();
  const bigEndian = (flags & 1) !== 0;
  if (kind === 0) {
    const dtype = ((flags & 8) === 0 ? UNSIGNED : SIGNED)[size];
    return dtype === undefined ? `integers of ${size} bytes` : { dtype, bigEndian };
  }
  if (kind !== 1) return CLASSES[kind] ?? 'an unknown class';
  reader.take(5);
  const dtype = FLOATS[`${size},${reader.u8()}`];
  return dtype === undefined ? `floats of ${size} bytes` : { dtype, bigEndian };
}

/** Where the numbers are. */
export type DataPlace =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number; readonly size: number }
  | { readonly kind: 'chunked'; readonly tree: number; readonly chunk: readonly number[] };

function readChunked(file: Hdf5File, reader: ByteReader): DataPlace {
  // The last axis is the element.
  const axes = reader.u8() - 1;
  if (axes < 0 || axes > MAXIMUM_AXES) refuse(`at most ${MAXIMUM_AXES} axes`, `${axes}`);
  const tree = reader.unsigned(file.offsetBytes);
  return { kind: 'chunked', tree, chunk: Array.from({ length: axes }, () => reader.u32()) };
}

/** The place of a dataset's numbers. */
export function readLayout(file: Hdf5File, data: Uint8Array): DataPlace {
  const reader = new ByteReader(WHERE, data);
  const version = reader.u8();
  const kind = reader.u8();
  if (version !== 3 && !(version === 4 && kind < 2)) unread(`data layout version ${version}, class ${kind}`);
  if (kind === 0) return { kind: 'compact', bytes: reader.take(reader.u16()) };
  if (kind === 1) return { kind: 'contiguous', address: reader.unsigned(file.offsetBytes), size: reader.unsigned(file.lengthBytes) };
  return kind === 2 ? readChunked(file, reader) : unread(`data layout class ${kind}`);
}

/** What was done to a chunk before it was written, in this order. */
export type Filter = 'deflate' | 'shuffle' | 'checksum';

const FILTERS: Readonly<Record<number, Filter>> = { 1: 'deflate', 2: 'shuffle', 3: 'checksum' };
const NAMED_FROM = 256;

/** The filters of a dataset. */
export function readFilters(data: Uint8Array): readonly Filter[] {
  const reader = new ByteReader(WHERE, data);
  const version = reader.u8();
  const count = reader.u8();
  if (version === 1) reader.take(6);
  return Array.from({ length: count }, () => {
    const id = reader.u16();
    const nameLength = version === 1 || id >= NAMED_FROM ? reader.u16() : 0;
    reader.u16();
    const values = reader.u16();
    reader.take(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    reader.take((values + (version === 1 ? values % 2 : 0)) * 4);
    return FILTERS[id] ?? unread(`the compression filter ${id}`);
  });
}
