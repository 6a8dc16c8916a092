/** Where the files of a bundle come from: a folder, a web server, memory. */
import { BundleError } from '@mfim/tensor-contracts';

/** Files by name. */
export interface BundleFiles {
  /** For messages, such as the folder's path. */
  readonly name?: string;
  /** @throws BundleError when there is no such file. */
  read(file: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array>;
}

/** The error for a file that is not there. */
export function missingFile(file: string, place: string, cause?: unknown): BundleError {
  return new BundleError({
    where: 'bundle',
    expected: `a file ${file} in ${place}`,
    got: 'none',
    remedy: 'copy the whole bundle again, or name the folder that holds manifest.json',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A bundle that is already in memory: bytes by file name. */
export function memoryFiles(entries: Readonly<Record<string, Uint8Array>>): BundleFiles {
  const name = 'memory';
  return {
    name,
    async read(file) {
      const bytes = Object.hasOwn(entries, file) ? entries[file] : undefined;
      if (bytes === undefined) throw missingFile(file, name);
      return bytes;
    },
  };
}
