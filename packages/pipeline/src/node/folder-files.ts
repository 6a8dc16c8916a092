/** A bundle in a folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BundleError } from '@mfim/tensor-contracts';
import { missingFile } from '../bundle-files.ts';
import type { BundleFiles } from '../bundle-files.ts';

/** Names that cannot lead out of the folder; the manifest's schema allows no others. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** The files of a folder that holds `manifest.json`. Nothing is read before it is asked for. */
export function folderFiles(folder: string): BundleFiles {
  return {
    name: folder,
    async read(file, { signal } = {}) {
      if (!PLAIN_NAME.test(file)) throw missingFile(file, folder);
      try {
        return await readFile(join(folder, file), { signal });
      } catch (cause) {
        signal?.throwIfAborted();
        if (ABSENT.has(codeOf(cause))) throw missingFile(file, folder, cause);
        throw new BundleError({
          where: `bundle file ${file}`,
          expected: `to read it in ${folder}`,
          got: cause instanceof Error ? cause.message : String(cause),
          remedy: 'check the permissions of the folder and the disk',
          cause,
        });
      }
    },
  };
}
