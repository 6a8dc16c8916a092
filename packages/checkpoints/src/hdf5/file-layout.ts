/** The superblock of an HDF5 file (HDF5 File Format Specification 3.0, II.A): widths of addresses, and where the root group is. */
import { damaged } from '../damaged.ts';
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading, Region } from '../reading/region.ts';

/** How messages name the format. */
export const WHERE = 'readHdf5';
const SIGNATURE_BYTES = 8;
const SUPERBLOCK_BYTES = 128;
const NEWEST_VERSION = 3;

/** A budget for everything that the structure makes the reader visit. */
export interface Hdf5Budget {
  visits: number;
  /** Bytes that tensors may claim without lying in the file. */
  expandedBytes: number;
  /** Bytes that tensors may have together; many names may lead to one. */
  sharedBytes: number;
}

/** A file and how its addresses are stored. */
export interface Hdf5File {
  readonly region: Region;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Address of the root group's object header. */
  readonly root: number;
  readonly budget: Hdf5Budget;
}

/** Far above real files: one visit for each group, dataset, message and node. */
const MAXIMUM_VISITS = 500_000;
/** Chunked data may be this many times the file, and an allowance. */
const EXPANSION_FACTOR = 16;
const EXPANSION_ALLOWANCE = 2 ** 28;

/** Refuses a file. */
export function refuse(expected: string, got: string): never {
  return damaged(WHERE, { expected, got });
}

/** Refuses a form of HDF5 that is sound but not read. */
export function unread(got: string): never {
  return damaged(WHERE, { expected: 'HDF5 as Keras and h5py write it by default', got, remedy: 'load the weights in Keras and save them again, or convert them to safetensors' });
}

/** Counts a step of the walk through the file. */
export function visit({ budget }: Hdf5File): void {
  budget.visits -= 1;
  if (budget.visits < 0) refuse(`at most ${MAXIMUM_VISITS} groups, datasets and messages`, 'more');
}

/** A reader of `length` bytes at an address. */
export function* readerAt({ region }: Hdf5File, address: number, length: number): Reading<ByteReader> {
  return new ByteReader(WHERE, yield* region.read(address, length));
}

/** A reader of what is left of at most `length` bytes at an address. */
export function* readerUpTo(file: Hdf5File, address: number, length: number): Reading<ByteReader> {
  return yield* readerAt(file, address, Math.max(0, Math.min(length, file.region.size - address)));
}

function checkWidth(width: number): number {
  return width === 4 || width === 8 ? width : unread(`addresses of ${width} bytes`);
}

/** Reads the superblock. */
export function* openHdf5(region: Region): Reading<Hdf5File> {
  const reader = new ByteReader(WHERE, yield* region.read(0, Math.min(region.size, SUPERBLOCK_BYTES)));
  reader.take(SIGNATURE_BYTES);
  const version = reader.u8();
  if (version > NEWEST_VERSION) unread(`superblock version ${version}`);
  const isOld = version < 2;
  if (isOld) reader.take(4);
  const [offsetBytes, lengthBytes] = [checkWidth(reader.u8()), checkWidth(reader.u8())];
  reader.take(isOld ? 9 + (version === 1 ? 4 : 0) : 1);
  if (reader.unsigned(offsetBytes) !== 0) unread('a file inside another one');
  reader.take(isOld ? offsetBytes * 4 : offsetBytes * 2);
  const expandedBytes = region.size * EXPANSION_FACTOR + EXPANSION_ALLOWANCE;
  const budget = { visits: MAXIMUM_VISITS, expandedBytes, sharedBytes: region.size * EXPANSION_FACTOR };
  return { region, offsetBytes, lengthBytes, root: reader.unsigned(offsetBytes), budget };
}
