/** Writes a bundle's folder beside its place under another name, then renames it, so that there is never half a bundle. */
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { whileUnfinished } from '../output-file.ts';
import type { BundleFile } from './bundle-files.ts';

const MANIFEST = 'manifest.json';

/** @throws InputError early, before any work, when the folder holds something other than a bundle */
export async function checkBundleFolder(folder: string): Promise<readonly string[]> {
  const present = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [] as string[];
    throw new InputError({ where: `--out ${folder}`, expected: 'a folder', got: cause.message, remedy: 'choose another name', cause });
  });
  if (present.length === 0 || present.includes(MANIFEST)) return present;
  throw new InputError({ where: `--out ${folder}`, expected: 'a new folder or an older bundle', got: `a folder with ${present[0]}`, remedy: 'choose another folder' });
}

/**
 * An older bundle of this name is replaced; a model card in it stays.
 *
 * @throws InputError when the folder holds something else, and what the making of a file throws; then the old state stays
 */
export async function writeBundleFolder(folder: string, files: AsyncIterable<BundleFile>): Promise<void> {
  const present = await checkBundleFolder(folder);
  await whileUnfinished(resolve(folder), async (temporary) => {
    await mkdir(temporary);
    for await (const { name, bytes } of files) await writeFile(join(temporary, name), bytes);
    for (const card of present.filter((name) => name.endsWith('.md'))) await copyFile(join(folder, card), join(temporary, card));
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  });
}
