/** Writes a small file under a temporary name, then renames it: there is never half of one under its name. */
import { rename, writeFile } from 'node:fs/promises';

/** Replaces `file`. */
export async function writeAside(file: string, data: string | Uint8Array): Promise<void> {
  await writeFile(`${file}.partial`, data);
  await rename(`${file}.partial`, file);
}
