/** Object headers (specification IV.A, versions 1 and 2): the messages that describe a group or a dataset. */
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading } from '../reading/region.ts';
import { WHERE, readerAt, refuse, visit } from './file-layout.ts';
import type { Hdf5File } from './file-layout.ts';

/** Kinds of messages that are looked at. */
export const MESSAGE = { dataspace: 1, linkInfo: 2, datatype: 3, link: 6, layout: 8, filters: 11, continuation: 16, symbolTable: 17 } as const;

const MAXIMUM_BLOCK = 2 ** 24;
const MAXIMUM_BLOCKS = 64;
const V1_PREFIX_BYTES = 16;
const V2_PREFIX_BYTES = 64;
const CHECKSUM_BYTES = 4;
const ALIGNMENT = 8;
const SHARED = 2;

/** One message. */
export interface Message {
  readonly kind: number;
  readonly data: Uint8Array;
}

interface Block {
  readonly address: number;
  readonly length: number;
}

/** How messages of this header lie: their heads differ by version. */
interface MessageForm {
  readonly version: number;
  readonly hasOrder: boolean;
}

function readMessage(reader: ByteReader, { version, hasOrder }: MessageForm): Message {
  const kind = version === 1 ? reader.u16() : reader.u8();
  const size = reader.u16();
  const flags = reader.u8();
  if (version === 1) reader.take(3);
  else if (hasOrder) reader.u16();
  const data = reader.take(size);
  if ((flags & SHARED) !== 0 && (kind === MESSAGE.datatype || kind === MESSAGE.dataspace)) refuse('messages of their own', 'a shared one');
  return { kind, data };
}

/** Fewer bytes than a message's head takes are a gap. */
function headBytes({ version, hasOrder }: MessageForm): number {
  if (version === 1) return ALIGNMENT;
  return hasOrder ? 6 : 4;
}

function* readBlock(file: Hdf5File, { address, length }: Block, form: MessageForm): Reading<readonly Message[]> {
  if (length > MAXIMUM_BLOCK) refuse(`a header of at most ${MAXIMUM_BLOCK} bytes`, `${length}`);
  const reader = yield* readerAt(file, address, length);
  const messages: Message[] = [];
  while (length - reader.position >= headBytes(form)) {
    visit(file);
    messages.push(readMessage(reader, form));
  }
  return messages;
}

function continuation(file: Hdf5File, data: Uint8Array, version: number): Block {
  const reader = new ByteReader(WHERE, data);
  const address = reader.unsigned(file.offsetBytes);
  const length = reader.unsigned(file.lengthBytes);
  // A version 2 block has a signature in front and a checksum behind.
  return version === 1 ? { address, length } : { address: address + 4, length: length - 4 - CHECKSUM_BYTES };
}

interface Prefix {
  readonly form: MessageForm;
  readonly first: Block;
}

function readPrefix2(reader: ByteReader, address: number): Prefix {
  reader.take(4);
  if (reader.u8() !== 2) refuse('an object header of version 1 or 2', 'another');
  const flags = reader.u8();
  if ((flags & 0x20) !== 0) reader.take(16);
  if ((flags & 0x10) !== 0) reader.take(4);
  const length = reader.unsigned(2 ** (flags & 3));
  return { form: { version: 2, hasOrder: (flags & 4) !== 0 }, first: { address: address + reader.position, length } };
}

function* readPrefix(file: Hdf5File, address: number): Reading<Prefix> {
  const reader = yield* readerAt(file, address, Math.min(V2_PREFIX_BYTES, file.region.size - address));
  if (reader.bytes[0] === 0x4f) return readPrefix2(reader, address);
  if (reader.u8() !== 1) refuse('an object header of version 1 or 2', 'another');
  reader.take(7);
  return { form: { version: 1, hasOrder: false }, first: { address: address + V1_PREFIX_BYTES, length: reader.u32() } };
}

/**
 * The messages of the object at an address.
 *
 * @throws InputError on damage, on cycles of continuation blocks and on budgets used up.
 */
export function* readObjectHeader(file: Hdf5File, address: number): Reading<readonly Message[]> {
  visit(file);
  const { form, first } = yield* readPrefix(file, address);
  const blocks: Block[] = [first];
  const messages: Message[] = [];
  for (let index = 0; index < blocks.length; index += 1) {
    if (index >= MAXIMUM_BLOCKS) refuse(`a header of at most ${MAXIMUM_BLOCKS} blocks`, 'more');
    for (const message of yield* readBlock(file, blocks[index] as Block, form)) {
      if (message.kind === MESSAGE.continuation) blocks.push(continuation(file, message.data, form.version));
      else messages.push(message);
    }
  }
  return messages;
}
