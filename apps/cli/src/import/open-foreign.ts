/** Opens a foreign weight file, whatever its format; nothing that it contains is executed, and numbers are read when they are wanted. */
import { openCheckpoint, toFloat32 } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { withExternalFiles } from '../external-files.ts';
import { openInputFile } from '../input-file.ts';
import type { DeferredTensor, ForeignCheckpoint } from './import-kind.ts';
import { readJsonArrays } from './json-arrays.ts';

/**
 * Opens, works, closes; tensors can be read until the work is done.
 *
 * @throws InputError when the file is absent, damaged, hostile or of no known format
 */
export async function withForeign<Result>(file: string, work: (checkpoint: ForeignCheckpoint) => Promise<Result>): Promise<Result> {
  if (file.endsWith('.json')) return work(await readJsonArrays(file));
  const handle = await openInputFile(file, 'file');
  try {
    return await withExternalFiles(file, async (openExternal) => {
      const { tensors, scalars } = await openCheckpoint(handle, { openExternal });
      const deferred = new Map([...tensors].map(([name, tensor]): [string, DeferredTensor] => [name, { shape: tensor.shape, read: async () => toFloat32(await tensor.read()) }]));
      return work({ file, tensors: deferred, scalars });
    });
  } finally {
    await handle.close();
  }
}

/**
 * Two files as one: a network that its origin keeps in two, as LPIPS does its trunk and heads.
 *
 * @param also the second file, if there is one
 * @throws InputError also when both files have a tensor of the same name
 */
export async function withForeignPair<Result>(file: string, also: string | undefined, work: (checkpoint: ForeignCheckpoint) => Promise<Result>): Promise<Result> {
  if (also === undefined) return withForeign(file, work);
  return withForeign(file, (first) =>
    withForeign(also, (second) => {
      const both = [...second.tensors.keys()].find((name) => first.tensors.has(name));
      if (both === undefined) return work({ file, tensors: new Map([...first.tensors, ...second.tensors]), scalars: first.scalars });
      throw new InputError({ where: `--also ${also}`, expected: `tensors that ${file} has not`, got: both, remedy: 'leave --also out when one file holds the whole network' });
    }),
  );
}
