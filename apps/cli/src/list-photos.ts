/** The photos of a folder, by the ends of their names. */
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';

const PHOTOS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.tif', '.tiff']);

/**
 * @param what the folder's part in the call, such as `--photos`
 * @returns paths in the order of their names
 * @throws InputError when it is no folder
 */
export async function listPhotos(folder: string, what: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new InputError({ where: what, expected: 'a folder', got: folder, remedy: 'check the path', cause });
  });
  const photos = names.filter((name) => PHOTOS.has(extname(name).toLowerCase())).toSorted();
  return photos.map((name) => join(folder, name));
}
