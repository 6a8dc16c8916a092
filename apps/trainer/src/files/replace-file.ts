/**
 * Replaces a file in one step: whoever looks sees the old one or the new one, also after kill -9, a full disk or a
 * power cut. The content goes to a temporary name beside it, is synced, renamed, and the folder is synced.
 */
import { open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError, MfimError } from '@mfim/tensor-contracts';

/** What a file holds; pieces are written one after the other, so that they need not be in memory together. */
export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>;

const TEMPORARY = '.partial';

const isWhole = (content: FileContent): content is string | Uint8Array => typeof content === 'string' || content instanceof Uint8Array;

async function writeSynced(file: string, content: FileContent): Promise<void> {
  const handle = await open(file, 'w');
  try {
    if (isWhole(content)) await handle.writeFile(content);
    else for await (const piece of content) await handle.writeFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the new name last; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * @param remedy ends the message when the file cannot be written
 * @throws InputError when the disk is full or the folder cannot be written to; MfimErrors of the content as they are.
 * The old file stays, and nothing temporary is left, in both cases
 */
export async function replaceFile(file: string, content: FileContent, remedy = 'free some space or correct the rights, then try again'): Promise<void> {
  // The process in the name: two that write the same file do not write into one another's.
  const temporary = `${file}.${process.pid}${TEMPORARY}`;
  try {
    await writeSynced(temporary, content);
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause instanceof MfimError) throw cause;
    throw new InputError({ where: file, expected: 'room and the right to write', got: String(cause), remedy, cause });
  }
}

/** Removes what killed processes left half-written in a folder. Call it where nobody else writes. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith(TEMPORARY)) await rm(path.join(folder, name), { force: true });
}
