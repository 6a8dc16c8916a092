/** What a reader knows of a tensor before its numbers are read. */
import { damaged } from './damaged.ts';
import type { DataType } from './data-type.ts';
import type { Reading, Region } from './reading/region.ts';

/** Bytes of another file, whose path is relative to this one's folder and stays in it. */
export interface ExternalBytes {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A tensor in a file. */
export interface LazyTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Its numbers, little-endian and row-major; `elementCount(shape) * DATA_TYPE_BYTES[dtype]` bytes. */
  load(): Reading<Uint8Array>;
  /** Where they lie, when they lie so in the file: for reading parts of them. */
  open?(): Reading<Region>;
  /** Where they lie when they lie in another file. */
  readonly external?: ExternalBytes;
}

/** A value that is not a tensor. */
export type Scalar = null | boolean | number | bigint | string;

/** What a file holds, by dotted name, in the order of the file. */
export interface LazyCheckpoint {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly scalars: ReadonlyMap<string, Scalar>;
  /** What is neither tensor nor plain value, by name, and why it was left out. */
  readonly skipped: ReadonlyMap<string, string>;
}

/** Far above real files, of which the largest have some ten thousand: what is known of a tensor takes a kilobyte. */
export const MAXIMUM_TENSORS = 100_000;

/**
 * @throws InputError when a file has more tensors than any real one.
 */
export function checkTensorCount(where: string, count: number): void {
  if (count > MAXIMUM_TENSORS) damaged(where, { expected: `at most ${MAXIMUM_TENSORS} tensors`, got: 'more' });
}

/** A tensor whose bytes lie in the file as they are. */
export function storedTensor(dtype: DataType, shape: readonly number[], open: () => Reading<Region>): LazyTensor {
  function* load(): Reading<Uint8Array> {
    const region = yield* open();
    return yield* region.read(0, region.size);
  }
  return { dtype, shape, open, load };
}
