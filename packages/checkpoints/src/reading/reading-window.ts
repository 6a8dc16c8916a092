/** A window that slides over a region, so that formats of many small items are read in blocks. */
import { damaged } from '../damaged.ts';
import { ByteReader } from './byte-reader.ts';
import type { Reading, Region } from './region.ts';

const BLOCK_BYTES = 2 ** 16;

/** Bytes from a position on, of which some are buffered. `reader` reads the buffered ones. */
export class ReadingWindow {
  readonly region: Region;
  readonly #where: string;
  /** Where the buffered bytes start. */
  #start: number;
  reader: ByteReader;

  constructor(where: string, region: Region, position = 0) {
    this.#where = where;
    this.region = region;
    this.#start = position;
    this.reader = new ByteReader(where, new Uint8Array());
  }

  /** Of the next byte, in the region. */
  get position(): number {
    return this.#start + this.reader.position;
  }

  /** Bytes from here to the region's end. */
  get left(): number {
    return this.region.size - this.position;
  }

  get buffered(): number {
    return this.reader.bytes.byteLength - this.reader.position;
  }

  /** Makes at least `count` bytes buffered; near the region's end all that are left, and `reader` refuses to read further. */
  *fill(count: number): Reading<void> {
    if (this.buffered >= count) return;
    const position = this.position;
    const length = Math.min(Math.max(count, BLOCK_BYTES), this.region.size - position);
    const bytes = yield* this.region.read(position, length);
    this.#start = position;
    this.reader = new ByteReader(this.#where, bytes);
  }

  /** The next bytes as a region of their own, without reading them. */
  pass(count: number): Region {
    const left = this.left;
    if (!(count <= left)) damaged(this.#where, { expected: `${count} more bytes at ${this.position}`, got: `${left}: the file is cut off` });
    const part = this.region.part(this.position, count);
    this.moveTo(this.position + count);
    return part;
  }

  /** Goes on at another position of the region. */
  moveTo(position: number): void {
    const inside = position - this.#start;
    if (inside >= 0 && inside <= this.reader.bytes.byteLength) {
      this.reader.position = inside;
      return;
    }
    this.#start = position;
    this.reader = new ByteReader(this.#where, new Uint8Array());
  }
}
