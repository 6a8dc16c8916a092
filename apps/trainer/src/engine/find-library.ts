/** Where the system's loader finds a shared library: LD_LIBRARY_PATH and the loader's own table. Nothing is loaded. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isPresent } from './package-part.ts';

const run = promisify(execFile);
const TABLE_PROGRAMS = ['ldconfig', '/sbin/ldconfig'];

/** Full paths of the loader's table; empty where there is no such table. */
async function loaderTable(): Promise<readonly string[]> {
  for (const program of TABLE_PROGRAMS) {
    try {
      const { stdout } = await run(program, ['-p']);
      return stdout.split('\n').flatMap((line) => line.split(' => ')[1]?.trim() ?? []);
    } catch {
      continue;
    }
  }
  return [];
}

/**
 * @param name - file name with its version, as the loader is asked for it: `libcudnn.so.9`
 * @param folders - further folders that the asking library searches
 * @returns the library's path
 */
export async function findLibrary(name: string, folders: readonly string[]): Promise<string | undefined> {
  const searched = [...folders, ...(process.env['LD_LIBRARY_PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')];
  for (const folder of searched) {
    const file = path.join(folder, name);
    if (await isPresent(file)) return file;
  }
  return (await loaderTable()).find((file) => path.basename(file) === name);
}

/** The folders `parent/NAME/lib` that exist, as NVIDIA's Python packages lay their libraries out. */
export async function libraryFolders(parent: string): Promise<readonly string[]> {
  const names = await readdir(parent).catch(() => []);
  return names.map((name) => path.join(parent, name, 'lib'));
}
