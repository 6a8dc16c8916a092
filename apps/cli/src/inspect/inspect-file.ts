/**
 * Looks at one file: format, size, sum, tensors, and every pickle in it. Nothing that it contains is executed, and what is in memory does
 * not grow with it. A file that the reader refuses is reported as far as it goes, with the reason.
 */
import type { FileHandle } from 'node:fs/promises';
import { detectFormat, inspectPickles } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { fileSha256 } from '@mfim/weights';
import { withExternalFiles } from '../external-files.ts';
import { openInputFile } from '../input-file.ts';
import type { PickleReport } from '@mfim/checkpoints';
import type { Content, Inspection } from './inspection.ts';
import { readContent } from './read-content.ts';

async function tryContent(handle: FileHandle, path: string, withStatistics: boolean): Promise<{ readonly content: Content } | { readonly refusal: string }> {
  try {
    return { content: await withExternalFiles(path, (openExternal) => readContent(handle, { openExternal, withStatistics })) };
  } catch (error) {
    if (error instanceof InputError) return { refusal: error.message };
    throw error;
  }
}

/** A damaged archive has no format that could be told. */
async function tellFormat(handle: FileHandle): Promise<string> {
  try {
    return await detectFormat(handle);
  } catch (error) {
    if (error instanceof InputError) return 'damaged zip';
    throw error;
  }
}

/** A damaged archive has no pickles that could be found; the refusal says so already. */
async function tellPickles(handle: FileHandle): Promise<{ readonly pickles?: PickleReport }> {
  try {
    const pickles = await inspectPickles(handle);
    return pickles.pickles === 0 ? {} : { pickles };
  } catch (error) {
    if (error instanceof InputError) return {};
    throw error;
  }
}

/**
 * @param withStatistics whether every number is read for mean and range
 * @throws InputError when there is no file
 */
export async function inspectFile(path: string, withStatistics: boolean): Promise<Inspection> {
  const handle = await openInputFile(path, 'file');
  try {
    const format = await tellFormat(handle);
    const { size: bytes } = await handle.stat();
    return { file: path, format, bytes, sha256: await fileSha256(path), ...(await tryContent(handle, path, withStatistics)), ...(await tellPickles(handle)) };
  } finally {
    await handle.close();
  }
}
