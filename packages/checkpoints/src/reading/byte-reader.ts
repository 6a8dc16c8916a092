/** Reads little-endian numbers and text from bytes and refuses to read past their end. */
import { damaged } from '../damaged.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NEWLINE = 0x0a;
/** Function calls take some ten thousand parameters at most. */
const LATIN1_STEP = 8192;

/** A position in bytes. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;
  position: number;

  constructor(where: string, bytes: Uint8Array, position = 0) {
    this.#where = where;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  /** Moves on by `count` bytes and returns where they start. */
  #advance(count: number): number {
    const start = this.position;
    if (count > this.bytes.byteLength - start) {
      const left = Math.max(0, this.bytes.byteLength - start);
      damaged(this.#where, { expected: `${count} more bytes at ${start}`, got: `${left}: the file is cut off` });
    }
    this.position = start + count;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** An unsigned integer of 1 to 8 bytes; NaN where all its bits are set, as HDF5 says "undefined", or a number cannot hold it. */
  unsigned(width: number): number {
    const bytes = this.take(width);
    let value = 0;
    for (let index = width - 1; index >= 0; index -= 1) value = value * 256 + (bytes[index] as number);
    return Number.isSafeInteger(value) && value < 256 ** width - 1 ? value : Number.NaN;
  }

  /** Big-endian, as pickle stores it. */
  f64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view, not a copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.bytes.subarray(start, start + count);
  }

  text(count: number): string {
    const bytes = this.take(count);
    try {
      return UTF8.decode(bytes);
    } catch {
      return damaged(this.#where, { expected: `UTF-8 text at ${this.position - count}`, got: 'other bytes' });
    }
  }

  /** One character a byte, as Python 2 stored both text and bytes. */
  latin1(count: number): string {
    const bytes = this.take(count);
    let text = '';
    for (let index = 0; index < count; index += LATIN1_STEP) text += String.fromCharCode(...bytes.subarray(index, index + LATIN1_STEP));
    return text;
  }

  /** Characters of one byte up to the next newline, which is skipped; undefined when no newline follows. */
  lineIfBuffered(): string | undefined {
    const end = this.bytes.indexOf(NEWLINE, this.position);
    if (end < 0) return undefined;
    const text = this.latin1(end - this.position);
    this.position += 1;
    return text;
  }

  /** A two's complement integer of `count` bytes; a bigint only where a number cannot hold it. */
  integer(count: number): number | bigint {
    const bytes = this.take(count);
    let value = 0n;
    for (let index = count - 1; index >= 0; index -= 1) value = value * 256n + BigInt(bytes[index] as number);
    value = BigInt.asIntN(count * 8, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
}
