/** Builds the playground as `npm run build` does, in a process of its own, into a folder. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('../', import.meta.url));

/** @throws Error with vite's output when the build fails */
export function buildPlayground(folder: string): void {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  // vitest sets these to `test`; a build of the page is a production build.
  const { NODE_ENV: _node, VITEST: _vitest, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--outDir', folder, '--emptyOutDir'], {
    cwd: APP,
    encoding: 'utf8',
    env: environment,
  });
  if (status !== 0) throw new Error(`vite build ended with ${status}:\n${stdout}\n${stderr}`);
}

/** Sizes of all files of a folder, by path. */
export function fileSizes(folder: string): ReadonlyMap<string, number> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map((entry) => [join(entry.parentPath, entry.name), statSync(join(entry.parentPath, entry.name)).size]));
}
