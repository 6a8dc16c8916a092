/** Which tarballs meet in one empty project: the named packages and all @mfim packages that they depend on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedPackage } from './pack-packages.ts';

function dependenciesOf(folder: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly dependencies?: Record<string, string> };
  return Object.keys(manifest.dependencies ?? {});
}

/** @returns tarballs, in the order of `packed` */
export function dependencyTarballs(names: readonly string[], packed: readonly PackedPackage[]): readonly string[] {
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const one = packed.find((other) => other.name === name);
    if (one === undefined || reached.has(name)) return;
    reached.add(name);
    for (const dependency of dependenciesOf(one.folder)) visit(dependency);
  };
  for (const name of names) visit(name);
  return packed.filter(({ name }) => reached.has(name)).map(({ tarball }) => tarball);
}
