/** Reads the files that the caller names. */
import { open, readFile, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that may not be read',
};

function refuse(path: string, what: string, cause: unknown): never {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  throw new InputError({
    where: `${what} ${path}`,
    expected: 'a file',
    got: REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause)),
    remedy: 'check the path',
    cause,
  });
}

/**
 * @param what the file's part in the call, such as `--source`, for the message
 * @throws InputError when there is nothing to read
 */
export async function readInputFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    return refuse(path, what, cause);
  }
}

/**
 * A file to read parts of; the caller closes it. Pipes and devices have no parts.
 *
 * @param what the file's part in the call, for the message
 * @throws InputError when there is nothing to read
 */
export async function openInputFile(path: string, what: string): Promise<FileHandle> {
  try {
    const found = await stat(path);
    if (found.isFile()) return await open(path);
    return refuse(path, what, found.isDirectory() ? { code: 'EISDIR' } : new Error('a pipe or a device'));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    return refuse(path, what, cause);
  }
}
