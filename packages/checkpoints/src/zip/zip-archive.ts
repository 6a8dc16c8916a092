/**
 * The contents of a zip archive, stored or deflated. Stored ones are parts of the file; deflated ones are inflated when
 * they are opened, their bytes counted, and kept only as long as somebody holds them.
 */
import { inflateSync } from 'fflate';
import { damaged } from '../damaged.ts';
import { ByteReader } from '../reading/byte-reader.ts';
import { MemoryRegion } from '../reading/region.ts';
import type { Reading, Region } from '../reading/region.ts';
import { readZipDirectory } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

const WHERE = 'readZip';
const LOCAL = 0x0403_4b50;
const LOCAL_BYTES = 30;
/** Deflate cannot do better than 1032 to 1. */
const MAXIMUM_RATIO = 1032;
const STORED = 0;
const DEFLATED = 8;
/** Deflated entries may expand to this many times the file, and an allowance: weights compress by little. */
const EXPANSION_FACTOR = 16;
const EXPANSION_ALLOWANCE = 2 ** 28;

/** A zip archive whose directory was read. */
export class ZipArchive {
  readonly region: Region;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #inflated = new Map<string, WeakRef<Region>>();

  constructor(region: Region, entries: ReadonlyMap<string, ZipEntry>) {
    this.region = region;
    this.entries = entries;
  }

  /** Of all contents together, as the directory says and `openZip` has checked. */
  get contentBytes(): number {
    return [...this.entries.values()].reduce((total, { size }) => total + size, 0);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /**
   * The content of an entry.
   *
   * @throws InputError when there is no such entry, or it is not stored or deflated as the directory says.
   */
  *open(name: string): Reading<Region> {
    const entry = this.entries.get(name);
    if (entry === undefined) damaged(WHERE, { expected: `${name} in the archive`, got: 'none' });
    const kept = this.#inflated.get(name)?.deref();
    if (kept !== undefined) return kept;
    const packed = yield* this.#packed(entry);
    if (entry.method === STORED && entry.size === entry.packed) return packed;
    if (entry.method !== DEFLATED || entry.size > entry.packed * MAXIMUM_RATIO) {
      damaged(WHERE, { expected: `${name} stored or deflated, with a possible size`, got: `method ${entry.method}, ${entry.size} bytes` });
    }
    const content = new MemoryRegion(inflate(entry, yield* packed.read(0, packed.size)));
    this.#inflated.set(name, new WeakRef(content));
    return content;
  }

  *#packed(entry: ZipEntry): Reading<Region> {
    const reader = new ByteReader(WHERE, yield* this.region.read(entry.start, LOCAL_BYTES));
    if (reader.u32() !== LOCAL) damaged(WHERE, { expected: `the content of ${entry.name}`, got: 'other bytes' });
    reader.take(22);
    const [nameLength, extraLength] = [reader.u16(), reader.u16()];
    return this.region.part(entry.start + LOCAL_BYTES + nameLength + extraLength, entry.packed);
  }
}

function inflate({ name, size }: ZipEntry, packed: Uint8Array): Uint8Array {
  let content: Uint8Array;
  try {
    // One byte more than declared, so that a longer content shows.
    content = inflateSync(packed, { out: new Uint8Array(size + 1) });
  } catch (cause) {
    damaged(WHERE, { expected: `${name} to inflate`, got: (cause as Error).message });
  }
  if (content.byteLength !== size) damaged(WHERE, { expected: `${size} bytes in ${name}`, got: 'another number' });
  return content;
}

function checkTotal(entries: Iterable<ZipEntry>, maximumBytes: number, maximumExpanded: number): void {
  let total = 0;
  let expanded = 0;
  for (const { size, method } of entries) {
    total += size;
    if (method !== STORED) expanded += size;
  }
  const remedy = 'raise maximumBytes if the file is meant to be so large';
  if (!(total <= maximumBytes)) damaged(WHERE, { expected: `at most ${maximumBytes} bytes in the archive`, got: `${total}`, remedy });
  if (!(expanded <= maximumExpanded)) {
    damaged(WHERE, { expected: `at most ${maximumExpanded} deflated bytes in an archive of this size`, got: `${expanded}: a zip bomb`, remedy: 'store the entries without compression' });
  }
}

/**
 * Opens an archive.
 *
 * @param maximumBytes limit for all contents together
 * @throws InputError on damage, on names that leave the archive, on entries that share bytes, and above the limits.
 */
export function* openZip(region: Region, maximumBytes: number): Reading<ZipArchive> {
  const entries = yield* readZipDirectory(region);
  checkTotal(entries.values(), maximumBytes, region.size * EXPANSION_FACTOR + EXPANSION_ALLOWANCE);
  return new ZipArchive(region, entries);
}
