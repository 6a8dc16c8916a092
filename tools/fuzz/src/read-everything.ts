/** Every reader of @mfim/checkpoints over one file: nothing but values and typed errors may come out. */
import { DATA_TYPE_BYTES, detectFormat, inspectPickles, openCheckpoint, readPyTorch, readSafetensors, readTensors } from '@mfim/checkpoints';
import type { ByteInput } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';

async function readAll(input: ByteInput): Promise<void> {
  const checkpoint = await openCheckpoint(input, { openExternal: async () => new Uint8Array(64) });
  for (const [name, { dtype, shape, data }] of await readTensors(checkpoint)) {
    const expected = shape.reduce((product, size) => product * size, 1) * DATA_TYPE_BYTES[dtype];
    if (data.byteLength !== expected) throw new Error(`${name}: ${data.byteLength} bytes for ${dtype} [${shape.join(', ')}]`);
  }
}

const READERS: readonly ((bytes: Uint8Array) => Promise<unknown>)[] = [
  readAll,
  (bytes) => readAll(new Blob([bytes.slice()])),
  (bytes) => inspectPickles(bytes),
  (bytes) => detectFormat(bytes),
  async (bytes) => readPyTorch(bytes),
  async (bytes) => readSafetensors(bytes),
];

/**
 * Reads a file in every way.
 *
 * @returns how many readers refused it
 * @throws whatever a reader throws that is no `InputError`, and when the file or the prototype of objects was changed.
 */
export async function readEverything(bytes: Uint8Array): Promise<number> {
  const before = bytes.slice();
  let refused = 0;
  for (const read of READERS) {
    try {
      await read(bytes);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused += 1;
    }
  }
  if (bytes.some((byte, index) => byte !== before[index])) throw new Error('a reader changed its input');
  if (Object.keys(Object.prototype).length > 0) throw new Error('a reader changed the prototype of objects');
  return refused;
}
