/**
 * Reads a safetensors file strictly (format: 8 bytes header length, little-endian; JSON header;
 * data). Refused: a header above 100 MB, unknown fields or number formats, offsets that overlap or leave
 * holes, sizes that disagree with shape and format, bytes after the last tensor, and names that
 * could reach an object's prototype.
 */
import { damaged } from './damaged.ts';
import { DATA_TYPE_BYTES, elementCount, isDataType } from './data-type.ts';
import type { DataType } from './data-type.ts';
import type { RawTensor } from './raw-tensor.ts';
import { checkTensorName } from './tensor-name.ts';

/** The limit of the format's reference implementation. */
const MAXIMUM_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const WHERE = 'readSafetensors';

/** The content of a safetensors file. Tensors are views into the bytes, in the order of the data. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, RawTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

interface Entry {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function isSizeList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.byteLength < LENGTH_BYTES) {
    damaged(WHERE, { expected: 'at least 8 bytes', got: `${bytes.byteLength}` });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  const limit = Math.min(MAXIMUM_HEADER_BYTES, bytes.byteLength - LENGTH_BYTES);
  if (length > BigInt(limit)) {
    damaged(WHERE, { expected: `a header of at most ${limit} bytes`, got: `${length}` });
  }
  return Number(length);
}

function parseHeader(header: Uint8Array): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch (cause) {
    damaged(WHERE, { expected: 'a header in JSON', got: (cause as Error).message });
  }
  if (header[0] !== 0x7b || !isRecord(parsed)) {
    damaged(WHERE, { expected: 'a header that is one JSON object', got: 'something else' });
  }
  return parsed;
}

function readMetadata(value: unknown): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!isRecord(value)) damaged(WHERE, { expected: '__metadata__ to be an object', got: JSON.stringify(value) });
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') damaged(WHERE, { expected: `text in __metadata__.${key}`, got: typeof text });
    metadata.set(key, text);
  }
  return metadata;
}

function readEntry(name: string, value: unknown): Entry {
  checkTensorName(WHERE, name);
  if (!isRecord(value) || Object.keys(value).toSorted().join() !== 'data_offsets,dtype,shape') {
    damaged(WHERE, { expected: `dtype, shape and data_offsets for ${name}`, got: Object.keys(value ?? {}).join(', ') });
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDataType(dtype)) {
    const known = Object.keys(DATA_TYPE_BYTES).join(', ');
    damaged(WHERE, { expected: `one of ${known} for ${name}`, got: String(dtype), remedy: 'convert the tensor first' });
  }
  if (!isSizeList(shape)) damaged(WHERE, { expected: `a shape for ${name}`, got: JSON.stringify(shape) });
  if (!isSizeList(offsets) || offsets.length !== 2) {
    damaged(WHERE, { expected: `two offsets for ${name}`, got: JSON.stringify(offsets) });
  }
  const [begin, end] = offsets as [number, number];
  const size = elementCount(shape) * DATA_TYPE_BYTES[dtype];
  if (end - begin !== size) {
    damaged(WHERE, { expected: `${size} bytes for ${name}: ${dtype} [${shape.join(', ')}]`, got: `${end - begin}` });
  }
  return { name, dtype, shape, begin, end };
}

/**
 * Reads a safetensors file.
 *
 * @throws InputError naming the first rule that the file breaks.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const length = headerLength(bytes);
  const { __metadata__: metadata, ...named } = parseHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const data = bytes.subarray(LENGTH_BYTES + length);
  const entries = Object.entries(named).map(([name, value]) => readEntry(name, value));
  entries.sort((first, second) => first.begin - second.begin || first.end - second.end);
  const tensors = new Map<string, RawTensor>();
  let position = 0;
  for (const { name, dtype, shape, begin, end } of entries) {
    if (begin !== position || end > data.byteLength) {
      damaged(WHERE, { expected: `${name} to start at ${position} and to end in the file`, got: `${begin} to ${end}` });
    }
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
    position = end;
  }
  if (position !== data.byteLength) {
    damaged(WHERE, { expected: `${position} bytes of data`, got: `${data.byteLength}` });
  }
  return { tensors, metadata: readMetadata(metadata) };
}
