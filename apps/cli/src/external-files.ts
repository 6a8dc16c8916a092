/** The files beside an ONNX model in which it keeps tensors. Links that lead out of its folder are not followed. */
import { realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { openInputFile } from './input-file.ts';

/** Opens a file by its place in the model's folder. */
export type OpenExternal = (location: string) => Promise<FileHandle>;

async function openBeside(model: string, location: string): Promise<FileHandle> {
  const folder = await realpath(dirname(model));
  const path = join(folder, location);
  const real = await realpath(path).catch(() => path);
  if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    throw new InputError({ where: model, expected: 'external data in the folder of the model', got: `a link out of it, ${location}`, remedy: 'nothing was opened; put the data itself there' });
  }
  return openInputFile(real, `data of ${model}`);
}

/**
 * Opens each file once and closes all when the work is done.
 *
 * @throws InputError when a file is absent or lies elsewhere
 */
export async function withExternalFiles<Result>(model: string, work: (openExternal: OpenExternal) => Promise<Result>): Promise<Result> {
  const opened = new Map<string, Promise<FileHandle>>();
  try {
    return await work((location) => {
      const file = opened.get(location) ?? openBeside(model, location);
      opened.set(location, file);
      return file;
    });
  } finally {
    for (const file of opened.values()) await file.then((handle) => handle.close()).catch(() => undefined);
  }
}
