/**
 * The entries of a zip archive (PKWARE APPNOTE 6.3.10; stored or deflated, zip64 included). Stored
 * entries are views into the archive. Every position, name and size is checked before it is used,
 * and inflated bytes are counted.
 */
import { inflateSync } from 'fflate';
import { damaged } from '../damaged.ts';
import { ByteReader } from './byte-reader.ts';

const WHERE = 'readPyTorch';
const END = 0x0605_4b50;
const END_BYTES = 22;
const LOCATOR = 0x0706_4b50;
const LOCATOR_BYTES = 20;
const END64 = 0x0606_4b50;
const CENTRAL = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const MAXIMUM_COMMENT = 0xffff;
const IN_ZIP64 = 0xffff_ffff;
const ZIP64_FIELD = 1;
/** Deflate cannot do better than 1032 to 1. */
const MAXIMUM_RATIO = 1032;
const STORED = 0;
const DEFLATED = 8;

interface CentralEntry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly start: number;
}

function refuse(expected: string, got: string): never {
  return damaged(WHERE, { expected, got });
}

/** Opens a reader at a position that the file itself states. */
function readerAt(bytes: Uint8Array, position: number | bigint): ByteReader {
  if (position < 0 || position > bytes.byteLength) refuse('positions inside the file', String(position));
  return new ByteReader(WHERE, bytes, Number(position));
}

function findEnd(bytes: Uint8Array): number {
  const last = bytes.byteLength - END_BYTES;
  for (let position = last; position >= Math.max(0, last - MAXIMUM_COMMENT); position -= 1) {
    if (bytes[position] === 0x50 && readerAt(bytes, position).u32() === END) return position;
  }
  return refuse('the end record of a zip archive', 'none: the file is cut off');
}

interface Directory {
  readonly count: number;
  readonly start: number;
}

function findDirectory(bytes: Uint8Array): Directory {
  const end = findEnd(bytes);
  if (end >= LOCATOR_BYTES) {
    const locator = readerAt(bytes, end - LOCATOR_BYTES);
    if (locator.u32() === LOCATOR) {
      locator.u32();
      const end64 = readerAt(bytes, locator.u64());
      if (end64.u32() !== END64) refuse('a zip64 end record', 'other bytes');
      end64.take(28);
      const count = end64.u64();
      end64.u64();
      return { count: Number(count), start: Number(end64.u64()) };
    }
  }
  const reader = readerAt(bytes, end);
  reader.take(10);
  const count = reader.u16();
  reader.u32();
  return { count, start: reader.u32() };
}

/** Replaces sizes that say "see the zip64 field" by that field's, which come in this order. */
function withZip64(fields: readonly number[], extra: Uint8Array): readonly number[] {
  const reader = new ByteReader(WHERE, extra);
  while (fields.includes(IN_ZIP64) && reader.position < extra.byteLength) {
    const kind = reader.u16();
    const field = reader.take(reader.u16());
    if (kind !== ZIP64_FIELD) continue;
    const wide = new ByteReader(WHERE, field);
    return fields.map((value) => (value === IN_ZIP64 ? Number(wide.u64()) : value));
  }
  return fields;
}

function checkName(name: string, seen: ReadonlyMap<string, unknown>): void {
  const parts = name.split('/');
  const safe = !name.includes('\\') && !parts.some((part) => part === '..' || part === '' || part === '__proto__');
  if (!safe) refuse('plain file names in the archive', JSON.stringify(name));
  if (seen.has(name)) refuse('every name once in the archive', `${JSON.stringify(name)} twice`);
}

function readCentralEntry(reader: ByteReader): CentralEntry {
  if (reader.u32() !== CENTRAL) refuse('an entry of the archive', `other bytes at ${reader.position - 4}`);
  reader.take(4);
  const flags = reader.u16();
  if ((flags & 1) !== 0) refuse('an archive without encryption', 'an encrypted entry');
  const method = reader.u16();
  reader.take(8);
  const packed = reader.u32();
  const size = reader.u32();
  const [nameLength, extraLength, commentLength] = [reader.u16(), reader.u16(), reader.u16()];
  reader.take(8);
  const offset = reader.u32();
  const name = reader.text(nameLength);
  const wide = withZip64([size, packed, offset], reader.take(extraLength)) as [number, number, number];
  reader.take(commentLength);
  return { name, method, size: wide[0], packed: wide[1], start: wide[2] };
}

function readContent(bytes: Uint8Array, entry: CentralEntry): Uint8Array {
  const reader = readerAt(bytes, entry.start);
  if (reader.u32() !== LOCAL) refuse(`the content of ${entry.name}`, 'other bytes');
  reader.take(22);
  const [nameLength, extraLength] = [reader.u16(), reader.u16()];
  reader.take(nameLength + extraLength);
  const packed = reader.take(entry.packed);
  if (entry.method === STORED && entry.size === entry.packed) return packed;
  if (entry.method !== DEFLATED || entry.size > entry.packed * MAXIMUM_RATIO) {
    refuse(`${entry.name} stored or deflated, with a possible size`, `method ${entry.method}, ${entry.size} bytes`);
  }
  return inflate(entry, packed);
}

function inflate({ name, size }: CentralEntry, packed: Uint8Array): Uint8Array {
  let content: Uint8Array;
  try {
    // One byte more than declared, so that a longer content shows.
    content = inflateSync(packed, { out: new Uint8Array(size + 1) });
  } catch (cause) {
    refuse(`${name} to inflate`, (cause as Error).message);
  }
  if (content.byteLength !== size) refuse(`${size} bytes in ${name}`, 'another number');
  return content;
}

/**
 * The contents of a zip archive by name; folders are left out.
 *
 * @param maximumBytes limit for all contents together
 * @throws InputError on damage, on names that leave the archive, and above the limit.
 */
export function zipEntries(bytes: Uint8Array, maximumBytes: number): ReadonlyMap<string, Uint8Array> {
  const directory = findDirectory(bytes);
  const reader = readerAt(bytes, directory.start);
  const entries = new Map<string, Uint8Array>();
  let total = 0;
  for (let index = 0; index < directory.count; index += 1) {
    const entry = readCentralEntry(reader);
    if (entry.name.endsWith('/')) continue;
    checkName(entry.name, entries);
    total += entry.size;
    if (!(total <= maximumBytes)) {
      const remedy = 'raise maximumBytes if the file is meant to be so large';
      damaged(WHERE, { expected: `at most ${maximumBytes} bytes in the archive`, got: `${total} or more`, remedy });
    }
    entries.set(entry.name, readContent(bytes, entry));
  }
  return entries;
}
