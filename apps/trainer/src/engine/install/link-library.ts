/**
 * Puts links to an unpacked TensorFlow where tfjs-node's build file and the addon's run path look for libtensorflow:
 * `deps/include` and `deps/lib`. `libtensorflow_cc` holds the C interface too; its own name is linked as well since the loader asks for it.
 */
import { lstat, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

const CC = 'libtensorflow_cc.so.2';
const FRAMEWORK = 'libtensorflow_framework.so.2';

/** Links, from path inside of the package to path inside of the unpacked wheel. */
const LINKS: Readonly<Record<string, string>> = {
  'deps/include': 'include',
  'deps/lib/libtensorflow.so': CC,
  'deps/lib/libtensorflow.so.2.9.1': CC,
  'deps/lib/libtensorflow_cc.so.2': CC,
  'deps/lib/libtensorflow_framework.so': FRAMEWORK,
  'deps/lib/libtensorflow_framework.so.2': FRAMEWORK,
};

/** The links that `linkLibrary` makes, as absolute `[link, target]` pairs. */
export function libraryLinks(folder: string, library: string): readonly (readonly [string, string])[] {
  return Object.entries(LINKS).map(([link, target]) => [path.join(folder, link), path.join(library, target)]);
}

/** Whether every link is there and leads to this library. */
export async function isLinked(folder: string, library: string): Promise<boolean> {
  for (const [link, target] of libraryLinks(folder, library)) {
    if ((await linkTarget(link)) !== target) return false;
  }
  return true;
}

/** Makes one link; whatever lay at its place is replaced. */
export async function makeLink(link: string, target: string): Promise<void> {
  await mkdir(path.dirname(link), { recursive: true });
  const partial = `${link}.part`;
  await rm(partial, { recursive: true, force: true });
  await symlink(target, partial);
  if ((await linkTarget(link)) === undefined) await rm(link, { recursive: true, force: true });
  await rename(partial, link);
}

/** Makes the links of a library. */
export async function linkLibrary(folder: string, library: string): Promise<void> {
  for (const [link, target] of libraryLinks(folder, library)) await makeLink(link, target);
}

async function linkTarget(link: string): Promise<string | undefined> {
  try {
    const status = await lstat(link);
    return status.isSymbolicLink() ? await readlink(link) : undefined;
  } catch {
    return undefined;
  }
}
