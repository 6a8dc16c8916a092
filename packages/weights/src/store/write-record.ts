/** Small JSON files that appear whole or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import type { z } from 'zod';

/** @throws InputError when the place cannot be written */
export async function writeRecord(path: string, content: unknown): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new InputError({ where: path, expected: 'a file that can be written', got: (cause as Error).message, remedy: 'make room, or name another folder with MFIM_CACHE', cause });
  }
}

/** @returns `undefined` when there is none. @throws InputError for one that is not as we wrote it */
export async function readRecord<Content>(path: string, schema: z.ZodType<Content>): Promise<Content | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InputError({ where: path, expected: 'a record as mfim writes it', got: 'a damaged one', remedy: 'delete this file and run again', cause });
  }
}
