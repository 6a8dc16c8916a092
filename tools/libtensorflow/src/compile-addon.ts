/**
 * Compiles tfjs-node's addon with node-pre-gyp, and keeps a copy in the cache: package managers throw the built file
 * away whenever they install the package anew, and the copy saves the compiler run.
 */
import { access, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BuildError } from './build-error.ts';
import { findNodeHeaders } from './node-headers.ts';
import { canRun, runCommand } from './run-command.ts';
import type { TfjsNodePackage } from './tfjs-node-package.ts';

/** What to compile. */
export interface CompileRequest {
  readonly tfjsNode: TfjsNodePackage;
  /** Folder of the cache. */
  readonly cache: string;
  /** Names the library that the addon is linked to (the wheel's file name). */
  readonly library: string;
  /** Compile even when the cache has the addon. */
  readonly rebuild: boolean;
  readonly nodeHeaders?: string;
  readonly print: (line: string) => void;
}

const TOOLS = ['make', 'g++'];
const TOOLS_REMEDY = 'install make and a C++ compiler (Debian: apt install build-essential)';

/**
 * Puts the addon into the tfjs-node package, from the cache or by compiling it.
 * @throws BuildError when make, the compiler or the headers are absent, or the compilation fails
 */
export async function compileAddon(request: CompileRequest): Promise<void> {
  const { tfjsNode, print } = request;
  const kept = path.join(request.cache, 'addons', `${tfjsNode.version}-${process.platform}-${process.arch}-${request.library}.node`);
  if (!request.rebuild && (await exists(kept))) {
    await mkdir(path.dirname(tfjsNode.addon), { recursive: true });
    await copyFile(kept, tfjsNode.addon);
    print('addon: copied from the cache');
    return;
  }
  for (const tool of TOOLS) {
    if (!(await canRun(tool, ['--version']))) throw new BuildError(`${tool} was not found`, TOOLS_REMEDY);
  }
  const headers = request.nodeHeaders ?? (await findNodeHeaders(path.join(request.cache, 'headers'), print));
  print('addon: compiling with node-pre-gyp (about half a minute)');
  const builder = createRequire(path.join(tfjsNode.folder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  await runCommand({
    program: process.execPath,
    parameters: [builder, 'install', '--build-from-source'],
    folder: tfjsNode.folder,
    environment: { npm_config_nodedir: headers },
    remedy: `${TOOLS_REMEDY}, and Python 3`,
  });
  await mkdir(path.dirname(kept), { recursive: true });
  await copyFile(tfjsNode.addon, `${kept}.part`);
  await rename(`${kept}.part`, kept);
  await rm(path.join(tfjsNode.folder, 'build'), { recursive: true, force: true });
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
