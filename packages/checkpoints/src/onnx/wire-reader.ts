/**
 * Protocol buffers on the wire: fields one after the other, each a number and a value (protobuf.dev, "Encoding"). Submessages and bytes
 * are not read; they become parts of the file.
 */
import { damaged } from '../damaged.ts';
import type { ByteReader } from '../reading/byte-reader.ts';
import { ReadingWindow } from '../reading/reading-window.ts';
import type { Reading, Region } from '../reading/region.ts';

const WHERE = 'readOnnx';
const MAXIMUM_VARINT = 10;
/** A tag and a value. */
const LOOK_AHEAD = 2 * MAXIMUM_VARINT;
const FIXED32_BYTES = 4;
const FIXED64_BYTES = 8;

/** How many fields may still be read, of one file. */
export interface WireBudget {
  fields: number;
}

/** One field: a varint, or bytes. Numbers of 4 and 8 bytes are bytes too. */
export interface WireField {
  readonly number: number;
  readonly varint?: bigint;
  readonly region?: Region;
  /** Whether the bytes were preceded by their length: a text, a message, a packed list. */
  readonly counted: boolean;
}

/** The next variable-length integer. */
export function readVarint(reader: ByteReader): bigint {
  let value = 0n;
  for (let index = 0; index < MAXIMUM_VARINT; index += 1) {
    const byte = reader.u8();
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  return damaged(WHERE, { expected: 'an integer of at most 10 bytes', got: 'more' });
}

/** The fields of one message. */
export class WireReader {
  readonly #window: ReadingWindow;
  readonly #budget: WireBudget;

  constructor(region: Region, budget: WireBudget) {
    this.#window = new ReadingWindow(WHERE, region);
    this.#budget = budget;
  }

  /** The next field; undefined at the end of the message. */
  *next(): Reading<WireField | undefined> {
    const window = this.#window;
    if (window.left === 0) return undefined;
    this.#budget.fields -= 1;
    if (this.#budget.fields < 0) damaged(WHERE, { expected: 'a model within its budget of fields', got: 'more' });
    yield* window.fill(LOOK_AHEAD);
    const tag = Number(readVarint(window.reader));
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0) damaged(WHERE, { expected: 'a field number', got: `0 at ${window.position}` });
    if (type === 0) return { number, varint: readVarint(window.reader), counted: false };
    if (type === 1) return { number, region: window.pass(FIXED64_BYTES), counted: false };
    if (type === 5) return { number, region: window.pass(FIXED32_BYTES), counted: false };
    if (type === 2) return { number, region: window.pass(Number(readVarint(window.reader))), counted: true };
    return damaged(WHERE, { expected: 'a field of a current type', got: `type ${type} at ${window.position}` });
  }
}

/** Calls back for every field of a message; what the callback needs to read, it returns as a reading. */
export function* eachField(region: Region, budget: WireBudget, visit: (field: WireField) => Reading<void> | undefined): Reading<void> {
  const reader = new WireReader(region, budget);
  for (let field = yield* reader.next(); field !== undefined; field = yield* reader.next()) {
    const reading = visit(field);
    if (reading !== undefined) yield* reading;
  }
}

const MAXIMUM_TEXT = 4096;

/** The text of a field. */
export function* readText({ region, counted }: WireField): Reading<string> {
  if (region === undefined || !counted || region.size > MAXIMUM_TEXT) damaged(WHERE, { expected: `text of at most ${MAXIMUM_TEXT} bytes`, got: 'something else' });
  const bytes = yield* region.read(0, region.size);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return damaged(WHERE, { expected: 'UTF-8 text', got: 'other bytes' });
  }
}
