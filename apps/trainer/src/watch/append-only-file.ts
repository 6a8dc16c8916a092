/**
 * A file that only grows. Writes go to a remembered position, so that what a full disk cut short is
 * overwritten by the next write instead of being left in the middle.
 */
import { constants, mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';

function failure(path: string, cause: unknown): InputError {
  return new InputError({ where: path, expected: 'room and the right to write', got: String(cause), remedy: 'free some space or correct the rights, then resume the run', cause });
}

/** See `openAppendOnly`. */
export class AppendOnlyFile {
  readonly path: string;
  private readonly handle: FileHandle;
  private position: number;

  constructor(path: string, handle: FileHandle, position: number) {
    this.path = path;
    this.handle = handle;
    this.position = position;
  }

  /**
   * Appends all of `bytes`.
   *
   * @throws InputError when they do not fit; nothing counts as written then
   */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      let done = 0;
      while (done < bytes.length) done += (await this.handle.write(bytes, done, bytes.length - done, this.position + done)).bytesWritten;
    } catch (cause) {
      throw failure(this.path, cause);
    }
    this.position += bytes.length;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/**
 * Opens or makes a file (and its folder); writes go after what it holds.
 *
 * @throws InputError when it cannot be opened
 */
export async function openAppendOnly(path: string): Promise<AppendOnlyFile> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT);
    return new AppendOnlyFile(path, handle, (await handle.stat()).size);
  } catch (cause) {
    throw failure(path, cause);
  }
}
