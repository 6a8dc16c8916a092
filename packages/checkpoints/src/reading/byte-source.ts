/** Random access to a file that need not be in memory: Node's file handles, browsers' blobs, and byte arrays. */
import { InputError } from '@mfim/tensor-contracts';
import { damaged } from '../damaged.ts';
import { plainBytes } from './region.ts';
import type { Reading } from './region.ts';

/** Bytes that are read where they are needed. */
export interface ByteSource {
  readonly size: number;
  /** Exactly these bytes. They are only asked for inside the size. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** What `open` of `node:fs/promises` returns, as far as it is used. The caller closes it. */
export interface FileHandleLike {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<{ readonly size: number }>;
}

/** Anything that checkpoints are read from. A `File` from an input element is a `Blob`. */
export type ByteInput = Uint8Array | Blob | FileHandleLike | ByteSource;

async function handleSource(handle: FileHandleLike): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    size,
    async read(position, length) {
      const buffer = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
  };
}

/**
 * One interface for every kind of input.
 *
 * @throws InputError when the input is none of them.
 */
export async function openSource(input: ByteInput): Promise<ByteSource> {
  if (input instanceof Uint8Array) {
    const bytes = plainBytes(input);
    return { size: bytes.byteLength, read: async (position, length) => bytes.subarray(position, position + length) };
  }
  if (typeof Blob !== 'undefined' && input instanceof Blob) {
    return { size: input.size, read: async (position, length) => new Uint8Array(await input.slice(position, position + length).arrayBuffer()) };
  }
  if ('stat' in input) return handleSource(input);
  if ('read' in input && 'size' in input) return input;
  throw new InputError({ where: 'openSource', expected: 'bytes, a Blob, a file handle or a ByteSource', got: typeof input, remedy: 'pass one of these' });
}

/**
 * Runs a reading over a source.
 *
 * @throws InputError when the source gives fewer bytes than it said it has.
 */
export async function readFrom<Result>(source: ByteSource, reading: Reading<Result>): Promise<Result> {
  let step = reading.next();
  while (step.done !== true) {
    const { position, length } = step.value;
    const bytes = await source.read(position, length);
    if (bytes.byteLength !== length) {
      damaged('checkpoint', { expected: `${length} bytes at ${position}`, got: `${bytes.byteLength}: the file changed while it was read` });
    }
    step = reading.next(plainBytes(bytes));
  }
  return step.value;
}
