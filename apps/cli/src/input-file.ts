/** Reads the files that the caller names. */
import { readFile } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that may not be read',
};

/**
 * @param what the file's part in the call, such as `--source`, for the message
 * @throws InputError when there is nothing to read
 */
export async function readInputFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new InputError({
      where: `${what} ${path}`,
      expected: 'a file',
      got: REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause)),
      remedy: 'check the path',
      cause,
    });
  }
}
