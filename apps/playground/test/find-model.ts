/** What the browser test needs beside the repository: a model to build in, portraits, a Chromium. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The bundle that the build takes first; `undefined` while none is committed. */
export function findModel(): string | undefined {
  const named = process.env['MFIM_MODELS'] ?? '';
  const folder = named === '' ? join(ROOT, 'models') : named;
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  const first = names.find((name) => existsSync(join(folder, name, 'manifest.json')));
  return first === undefined ? undefined : join(folder, first);
}

/** A portrait of somebody who does not exist, 256 x 256 pixels. */
export function portrait(index: number): string {
  const folder = dirname(createRequire(import.meta.url).resolve('fake-avatars/package.json'));
  return join(folder, 'avatars', 'png', `${index}.png`);
}

/** A Chromium: CHROMIUM, or where Debian puts it. */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM'], '/usr/bin/chromium'].find((path) => path !== undefined && path !== '' && existsSync(path));
}
