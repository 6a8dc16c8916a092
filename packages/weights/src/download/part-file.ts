/**
 * What has come of a file: its bytes in `FILE.part`, and in `FILE.part.json` which version of which address they are. Both are
 * removed together, or the first is renamed to `FILE` when it is whole.
 */
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';

const originSchema = z.object({
  url: z.string(),
  /** Bytes of the whole file, when the server said so. */
  total: z.number().int().nonnegative().optional(),
  etag: z.string().optional(),
  modified: z.string().optional(),
});

/** Which version of which address a part file holds. */
export type PartOrigin = z.infer<typeof originSchema>;

/** The part file of `file`. */
export const partOf = (file: string): string => `${file}.part`;
const noteOf = (file: string): string => `${file}.part.json`;

/** Bytes that have come; 0 when none have. */
export async function partSize(file: string): Promise<number> {
  return stat(partOf(file)).then(
    ({ size }) => size,
    () => 0,
  );
}

/** `undefined` when nothing is known of where the bytes are from. */
export async function readOrigin(file: string): Promise<PartOrigin | undefined> {
  const text = await readFile(noteOf(file), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return originSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Notes where the bytes are from, before they come. */
export async function writeOrigin(file: string, origin: PartOrigin): Promise<void> {
  await writeFile(noteOf(file), JSON.stringify(origin));
}

/** The value for `If-Range`: a strong ETag, else the date (RFC 9110, 13.1.5); `undefined` without either. */
export function validatorOf({ etag, modified }: PartOrigin): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : modified;
}

/** For reading and writing at places; made when absent. */
export async function openPart(file: string): Promise<FileHandle> {
  await (await open(partOf(file), 'a')).close();
  return open(partOf(file), 'r+');
}

/** Removes what has come. */
export async function dropPart(file: string): Promise<void> {
  await rm(partOf(file), { force: true });
  await rm(noteOf(file), { force: true });
}

/** The part is whole: it gets the name of the file. */
export async function finishPart(file: string): Promise<void> {
  await rename(partOf(file), file);
  await rm(noteOf(file), { force: true });
}
