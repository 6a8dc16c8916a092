/** Finds an npm package as the trainer sees it, without loading it. */
import { access, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { EnginePart } from './engine.ts';

const MANIFEST = z.object({ version: z.string() });

/** An installed package. */
export interface InstalledPackage {
  /** Real path (package managers link it). */
  readonly folder: string;
  readonly version: string;
}

const HERE = path.dirname(fileURLToPath(import.meta.url));

/**
 * Node's search through the folders above, without NODE_PATH; the package's export map is not asked.
 * @param from - folder where the search starts; the trainer's own by default
 */
export async function findPackage(name: string, from: string = HERE): Promise<InstalledPackage | undefined> {
  const candidate = path.join(from, 'node_modules', ...name.split('/'));
  try {
    const { version } = MANIFEST.parse(JSON.parse(await readFile(path.join(candidate, 'package.json'), 'utf8')));
    return { folder: await realpath(candidate), version };
  } catch {
    const above = path.dirname(from);
    return above === from ? undefined : findPackage(name, above);
  }
}

/** The package as a part of an engine; `cure` says how to get it. */
export async function packagePart(name: string, cure: string): Promise<EnginePart> {
  const installed = await findPackage(name);
  return installed === undefined
    ? { part: name, found: false, detail: 'no such package installed', cure }
    : { part: name, found: true, detail: installed.version };
}

/** Whether a file or folder can be reached. */
export async function isPresent(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
