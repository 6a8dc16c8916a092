/** Whether a download fits on its disk, and how a full disk is told. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';

const DISK_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'a full disk'],
  ['EDQUOT', 'a used-up quota'],
  ['EFBIG', 'a limit on the size of files'],
  ['EROFS', 'a disk that cannot be written'],
  ['EACCES', 'a folder that may not be written'],
  ['EPERM', 'a folder that may not be written'],
]);

function diskError(file: string, got: string, cause?: unknown): InputError {
  return new InputError({
    where: `download into ${dirname(file)}`,
    expected: 'room for the file',
    got,
    remedy: 'make room and run again: what has come is kept and continued; or name another folder with MFIM_CACHE',
    cause,
  });
}

/** The refusal for an error of the file system that no attempt mends; `undefined` for any other error. */
export function asDiskError(file: string, error: unknown): InputError | undefined {
  const reason = DISK_ERRORS.get((error as NodeJS.ErrnoException | null)?.code ?? '');
  return reason === undefined ? undefined : diskError(file, reason, error);
}

/** @throws InputError when `bytes` more do not fit beside `file`. Where the system does not tell, nothing is refused. */
export async function checkRoom(file: string, bytes: number): Promise<void> {
  const disk = await statfs(dirname(file)).catch(() => undefined);
  const free = disk === undefined ? Number.POSITIVE_INFINITY : disk.bavail * disk.bsize;
  if (bytes > free) throw diskError(file, `${bytes} bytes to come and ${free} free`);
}
