/**
 * The directory of a zip archive (PKWARE APPNOTE 6.3.10; zip64 included). Every position, name and size is checked before
 * it is used; no two entries may share bytes.
 */
import { damaged } from '../damaged.ts';
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading, Region } from '../reading/region.ts';

const WHERE = 'readZip';
const END = 0x0605_4b50;
const END_BYTES = 22;
const LOCATOR = 0x0706_4b50;
const LOCATOR_BYTES = 20;
const END64 = 0x0606_4b50;
const END64_BYTES = 56;
const CENTRAL = 0x0201_4b50;
const LOCAL_BYTES = 30;
const MAXIMUM_COMMENT = 0xffff;
const IN_ZIP64 = 0xffff_ffff;
const ZIP64_FIELD = 1;
const MAXIMUM_DIRECTORY_BYTES = 2 ** 26;
const MAXIMUM_ENTRIES = 200_000;

/** What the directory says of an entry. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  /** Of its local header, in the archive. */
  readonly start: number;
}

function refuse(expected: string, got: string): never {
  return damaged(WHERE, { expected, got });
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

interface Ending {
  readonly bytes: Uint8Array;
  /** Of `bytes`, in the archive. */
  readonly start: number;
  /** Of the end record, in `bytes`. */
  readonly record: number;
}

function* findEnd(region: Region): Reading<Ending> {
  const length = Math.min(region.size, END_BYTES + MAXIMUM_COMMENT + LOCATOR_BYTES);
  const start = region.size - length;
  const bytes = yield* region.read(start, length);
  for (let record = length - END_BYTES; record >= 0; record -= 1) {
    if (bytes[record] === 0x50 && new ByteReader(WHERE, bytes, record).u32() === END) return { bytes, start, record };
  }
  return refuse('the end record of a zip archive', 'none: the file is cut off');
}

function* findDirectory(region: Region): Reading<Directory> {
  const { bytes, start, record } = yield* findEnd(region);
  if (record >= LOCATOR_BYTES) {
    const locator = new ByteReader(WHERE, bytes, record - LOCATOR_BYTES);
    if (locator.u32() === LOCATOR) {
      locator.u32();
      return yield* readEnd64(region, locator.u64());
    }
  }
  const reader = new ByteReader(WHERE, bytes, record + 10);
  const count = reader.u16();
  reader.u32();
  return { count, start: reader.u32(), end: start + record };
}

function* readEnd64(region: Region, position: bigint): Reading<Directory> {
  const reader = new ByteReader(WHERE, yield* region.read(Number(position), END64_BYTES));
  if (reader.u32() !== END64) refuse('a zip64 end record', 'other bytes');
  reader.take(28);
  const count = reader.u64();
  reader.u64();
  return { count: Number(count), start: Number(reader.u64()), end: Number(position) };
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

function readEntry(reader: ByteReader): ZipEntry {
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

function checkOverlaps(entries: Iterable<ZipEntry>, end: number): void {
  const ordered = [...entries].toSorted((first, second) => first.start - second.start);
  for (const [index, { name, start, packed }] of ordered.entries()) {
    const next = ordered[index + 1]?.start ?? end;
    if (!(start + LOCAL_BYTES + packed <= next)) refuse(`${name} to end before ${next}, where something else starts`, `${start + LOCAL_BYTES + packed}`);
  }
}

/**
 * The entries of an archive by name; folders are left out.
 *
 * @throws InputError on damage, on names that leave the archive or occur twice, and on entries that share bytes.
 */
export function* readZipDirectory(region: Region): Reading<ReadonlyMap<string, ZipEntry>> {
  const directory = yield* findDirectory(region);
  const { count, start, end } = directory;
  if (!(count <= MAXIMUM_ENTRIES && start <= end && end - start <= MAXIMUM_DIRECTORY_BYTES)) {
    refuse(`a directory of at most ${MAXIMUM_ENTRIES} entries inside the file`, `${count} at ${start}`);
  }
  const reader = new ByteReader(WHERE, yield* region.read(start, end - start));
  const entries = new Map<string, ZipEntry>();
  for (let index = 0; index < count; index += 1) {
    const entry = readEntry(reader);
    if (entry.name.endsWith('/')) continue;
    checkName(entry.name, entries);
    entries.set(entry.name, entry);
  }
  checkOverlaps(entries.values(), start);
  return entries;
}
