/** The versions that the repository itself uses, from the catalog of pnpm-workspace.yaml. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ENTRY = /^ {2}'?([^':]+)'?: (\S+)$/;

/** @returns versions by package name */
export function catalogVersions(root: string): ReadonlyMap<string, string> {
  const [, catalog = ''] = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split(/^catalog:$/m);
  const versions = new Map<string, string>();
  for (const line of catalog.split('\n')) {
    const [, name, version] = ENTRY.exec(line) ?? [];
    if (name !== undefined && version !== undefined) versions.set(name, version);
  }
  return versions;
}
