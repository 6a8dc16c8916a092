/** Opens a foreign weight file, whatever its format; nothing that it contains is executed, and numbers are read when they are wanted. */
import { openCheckpoint, toFloat32 } from '@mfim/checkpoints';
import { openInputFile } from '../input-file.ts';
import type { DeferredTensor, ForeignCheckpoint } from './import-kind.ts';

/**
 * Opens, works, closes; tensors can be read until the work is done.
 *
 * @throws InputError when the file is absent, damaged, hostile or of no known format
 */
export async function withForeign<Result>(file: string, work: (checkpoint: ForeignCheckpoint) => Promise<Result>): Promise<Result> {
  const handle = await openInputFile(file, 'file');
  try {
    const { tensors, scalars } = await openCheckpoint(handle);
    const deferred = new Map([...tensors].map(([name, tensor]): [string, DeferredTensor] => [name, { shape: tensor.shape, read: async () => toFloat32(await tensor.read()) }]));
    return await work({ file, tensors: deferred, scalars });
  } finally {
    await handle.close();
  }
}
