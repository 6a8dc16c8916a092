/** The checkout that this program runs from, if it does: models, PyTorch partner and `out` are found there. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `pnpm-workspace.yaml`, walking up from this file; else `undefined`. */
export function repositoryRoot(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (folder !== dirname(folder)) {
    if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
    folder = dirname(folder);
  }
  return undefined;
}
