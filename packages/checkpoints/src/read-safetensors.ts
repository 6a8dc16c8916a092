/**
 * Reads a safetensors file strictly (format: 8 bytes header length, little-endian; JSON header;
 * data). Refused: a header above 100 MB, unknown fields or number formats, offsets that overlap or leave
 * holes, sizes that disagree with shape and format, bytes after the last tensor, and names that
 * could reach an object's prototype.
 */
import { damaged } from './damaged.ts';
import { DATA_TYPE_BYTES, isDataType, safeElementCount } from './data-type.ts';
import type { DataType } from './data-type.ts';
import { MAXIMUM_TENSORS, checkTensorCount, storedTensor } from './lazy-tensor.ts';
import type { LazyTensor } from './lazy-tensor.ts';
import type { RawTensor } from './raw-tensor.ts';
import { SourceRegion, readNow } from './reading/region.ts';
import type { Reading, Region } from './reading/region.ts';
import { checkTensorName } from './tensor-name.ts';

/** The limit of the format's reference implementation. */
const MAXIMUM_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
/** Parsed JSON takes many times its text; a tensor has one object and two lists. */
const MAXIMUM_LISTS = 4 * MAXIMUM_TENSORS;
const MAXIMUM_ITEMS = 16 * MAXIMUM_TENSORS;
const MAXIMUM_AXES = 64;
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
  return Array.isArray(value) && value.length <= MAXIMUM_AXES && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* readHeader(region: Region): Reading<Uint8Array> {
  if (region.size < LENGTH_BYTES) damaged(WHERE, { expected: 'at least 8 bytes', got: `${region.size}` });
  const start = yield* region.read(0, LENGTH_BYTES);
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  const limit = Math.min(MAXIMUM_HEADER_BYTES, region.size - LENGTH_BYTES);
  if (length > BigInt(limit)) damaged(WHERE, { expected: `a header of at most ${limit} bytes`, got: `${length}` });
  return yield* region.read(LENGTH_BYTES, Number(length));
}

/** Counts brackets and commas before anything is built from them. */
function checkAmount(header: Uint8Array): void {
  let lists = 0;
  let items = 0;
  for (const byte of header) {
    if (byte === 0x5b || byte === 0x7b) lists += 1;
    else if (byte === 0x2c) items += 1;
  }
  if (lists > MAXIMUM_LISTS || items > MAXIMUM_ITEMS) damaged(WHERE, { expected: `at most ${MAXIMUM_LISTS} lists in the header`, got: `${lists}, and ${items} commas` });
}

function parseHeader(header: Uint8Array): Record<string, unknown> {
  checkAmount(header);
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
  const size = (safeElementCount(shape) ?? Number.NaN) * DATA_TYPE_BYTES[dtype];
  if (end - begin !== size) {
    damaged(WHERE, { expected: `${size} bytes for ${name}: ${dtype} [${shape.join(', ')}]`, got: `${end - begin}` });
  }
  return { name, dtype, shape, begin, end };
}

/** The content of a safetensors file before its numbers are read. */
export interface LazySafetensors {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

// oxlint-disable-next-line eslint/require-yield -- where the data lies is known
function* opened(data: Region): Reading<Region> {
  return data;
}

/**
 * Reads the header of a safetensors file.
 *
 * @throws InputError naming the first rule that the file breaks.
 */
export function* readSafetensorsHeader(region: Region): Reading<LazySafetensors> {
  const header = yield* readHeader(region);
  const { __metadata__: metadata, ...named } = parseHeader(header);
  const data = region.part(LENGTH_BYTES + header.byteLength, region.size - LENGTH_BYTES - header.byteLength);
  const entries = Object.entries(named).map(([name, value]) => readEntry(name, value));
  checkTensorCount(WHERE, entries.length);
  entries.sort((first, second) => first.begin - second.begin || first.end - second.end);
  const tensors = new Map<string, LazyTensor>();
  let position = 0;
  for (const { name, dtype, shape, begin, end } of entries) {
    if (begin !== position || end > data.size) {
      damaged(WHERE, { expected: `${name} to start at ${position} and to end in the file`, got: `${begin} to ${end}` });
    }
    tensors.set(name, storedTensor(dtype, shape, () => opened(data.part(begin, end - begin))));
    position = end;
  }
  if (position !== data.size) damaged(WHERE, { expected: `${position} bytes of data`, got: `${data.size}` });
  return { tensors, metadata: readMetadata(metadata) };
}

function* readAll(region: Region): Reading<Safetensors> {
  const { tensors, metadata } = yield* readSafetensorsHeader(region);
  const loaded = new Map<string, RawTensor>();
  for (const [name, { dtype, shape, load }] of tensors) loaded.set(name, { dtype, shape, data: yield* load() });
  return { tensors: loaded, metadata };
}

/**
 * Reads a safetensors file.
 *
 * @throws InputError naming the first rule that the file breaks.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  return readNow(bytes, readAll(new SourceRegion(0, bytes.byteLength)));
}
