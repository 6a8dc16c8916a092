/** An empty project with the packages of an install line and the example, in JavaScript and in TypeScript. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedPackage } from './pack-packages.ts';
import type { ReadmeExample } from './read-example.ts';

/** What surrounds the project. */
export interface Surroundings {
  /** All packed packages: they stand in for the registry, in which nothing is published yet. */
  readonly packed: readonly PackedPackage[];
  /** Versions of everything else by package name. */
  readonly versions: ReadonlyMap<string, string>;
}

/** Files of the project. */
export const PROJECT_FILES = { javascript: 'example.mjs', typescript: 'example.ts' } as const;

/**
 * `overrides` only says where a package that somebody depends on comes from; it installs none by itself.
 *
 * @throws Error when the install line names a package without a known version
 */
function manifest({ installed }: ReadmeExample, { packed, versions }: Surroundings): object {
  const tarballs = new Map(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const specOf = (name: string): string => {
    const spec = tarballs.get(name) ?? versions.get(name);
    if (spec === undefined) throw new Error(`README: expected a package of this repository or of its catalog, got ${name}; add it to the catalog`);
    return spec;
  };
  return {
    name: 'empty-project',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(installed.map((name) => [name, specOf(name)])),
    devDependencies: { '@types/node': specOf('@types/node') },
    overrides: Object.fromEntries(tarballs),
  };
}

/** Writes the project into `folder`, which is made. */
export function writeProject(folder: string, example: ReadmeExample, surroundings: Surroundings): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest(example, surroundings), null, 2));
  for (const file of Object.values(PROJECT_FILES)) writeFileSync(join(folder, file), example.code);
}
