/**
 * Reading without knowing whether the bytes are at hand. Readers are generators that yield the byte ranges they need and
 * are resumed with them, so that one text reads arrays at once and files or blobs piece by piece.
 */
import { damaged } from '../damaged.ts';

/** Bytes of the source that a reading asks for. */
export interface ByteRange {
  readonly position: number;
  readonly length: number;
}

/** A computation that asks for byte ranges and is given exactly those. */
export type Reading<Result> = Generator<ByteRange, Result, Uint8Array>;

/** A run of bytes: of the source, or already in memory (inflated). */
export interface Region {
  readonly size: number;
  /**
   * The bytes; possibly a view.
   *
   * @throws InputError when they leave the region.
   */
  read(position: number, length: number): Reading<Uint8Array>;
  /** A region inside this one; the same error. */
  part(position: number, length: number): Region;
}

function checkRange(size: number, position: number, length: number): void {
  if (Number.isSafeInteger(position) && Number.isSafeInteger(length) && position >= 0 && length >= 0 && position + length <= size) return;
  damaged('checkpoint', { expected: `${length} bytes at ${position}`, got: `a part of ${size} bytes: the file is cut off, or lies about sizes` });
}

/** Bytes of the source itself. */
export class SourceRegion implements Region {
  readonly size: number;
  readonly #start: number;

  constructor(start: number, size: number) {
    this.#start = start;
    this.size = size;
  }

  *read(position: number, length: number): Reading<Uint8Array> {
    checkRange(this.size, position, length);
    return length === 0 ? new Uint8Array() : yield { position: this.#start + position, length };
  }

  part(position: number, length: number): Region {
    checkRange(this.size, position, length);
    return new SourceRegion(this.#start + position, length);
  }
}

/** Bytes in memory. */
export class MemoryRegion implements Region {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.byteLength;
  }

  // oxlint-disable-next-line eslint/require-yield -- the bytes are at hand
  *read(position: number, length: number): Reading<Uint8Array> {
    checkRange(this.size, position, length);
    return this.#bytes.subarray(position, position + length);
  }

  part(position: number, length: number): Region {
    checkRange(this.size, position, length);
    return new MemoryRegion(this.#bytes.subarray(position, position + length));
  }
}

/** Node's buffers as plain arrays on the same memory: a buffer's `slice` is no copy. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Runs a reading over bytes that are all at hand; what it is given are views. */
export function readNow<Result>(input: Uint8Array, reading: Reading<Result>): Result {
  const bytes = plainBytes(input);
  let step = reading.next();
  while (step.done !== true) {
    const { position, length } = step.value;
    step = reading.next(bytes.subarray(position, position + length));
  }
  return step.value;
}
