/**
 * Files appear whole or not at all: written beside their place under another name, then renamed.
 * Missing parent folders are created. Ctrl-C removes what is unfinished.
 */
import { rmSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';

const unfinished = new Set<string>();

function refuse(path: string, got: string, remedy: string): never {
  throw new InputError({ where: `output ${path}`, expected: 'a file that can be written', got, remedy });
}

/** @throws InputError early, before any work, when `path` is a folder or one of the inputs. */
export function checkOutputPath(path: string, inputs: readonly string[] = []): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    refuse(path, 'a folder', 'name a file in it');
  }
  if (inputs.some((input) => resolve(input) === resolve(path))) {
    refuse(path, 'one of the inputs', 'choose another name for the result; inputs are never overwritten');
  }
}

/**
 * @param content at once or in pieces; what its making throws is thrown on
 * @param check looks at the unfinished file before it gets its name; when it throws, nothing appears
 * @throws InputError when the place cannot be written; then nothing is left there.
 */
export async function writeWhole(path: string, content: Uint8Array | string | AsyncIterable<Uint8Array>, check?: (unfinished: string) => Promise<void>): Promise<void> {
  await whileUnfinished(path, async (temporary) => {
    await writeFile(temporary, content);
    await check?.(temporary);
    await rename(temporary, path);
  });
}

/**
 * Makes a file or folder under another name beside its place; the work renames it. What is left when the work fails, or at Ctrl-C, is
 * removed.
 *
 * @throws InputError when the place cannot be written, and the work's own
 */
export async function whileUnfinished(path: string, work: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  unfinished.add(temporary);
  try {
    await mkdir(dirname(path), { recursive: true });
    await work(temporary);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    // Only the system's errors are about the place.
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    refuse(path, cause.message, 'choose a folder that exists and may be written, with room left');
  } finally {
    unfinished.delete(temporary);
  }
}

/** For the way out on Ctrl-C: removes half-written files and folders at once. */
export function removeUnfinishedFiles(): void {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
}
