/** Whether a file or folder is there. */
import { access } from 'node:fs/promises';

/** True when `file` can be reached. */
export async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
