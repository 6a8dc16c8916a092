/**
 * Compiles tfjs-node's addon with node-pre-gyp against an unpacked TensorFlow. The build runs in a copy of the package's sources and
 * its result is kept beside the library: package managers throw built files away whenever they install anew, and a training
 * that runs on the package's own addon is not disturbed.
 */
import { copyFile, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isPresent } from '../package-part.ts';
import { installError } from './install-error.ts';
import { linkLibrary, makeLink } from './link-library.ts';
import { findNodeHeaders } from './node-headers.ts';
import { canRun, runProgram } from './run-program.ts';
import type { TfjsNodePackage } from './tfjs-node-package.ts';

/** What to build. */
export interface AddonRequest {
  readonly tfjsNode: TfjsNodePackage;
  readonly home: string;
  /** The unpacked wheel's folder `tensorflow`. */
  readonly library: string;
  /** Compile even when the addon was built before. */
  readonly rebuild: boolean;
  readonly say: (line: string) => void;
}

const TOOLS = ['make', 'g++'];
const TOOLS_REMEDY = 'install make and a C++ compiler (Debian: apt install build-essential), and Python 3';
const SOURCES = ['package.json', 'binding.gyp', 'binding', 'scripts'];

/** Where the addon for this Node and library is kept. */
function keptAddon({ tfjsNode, home, library }: AddonRequest): string {
  const wheel = path.basename(path.dirname(library));
  return path.join(home, 'addons', `${tfjsNode.version}-${process.platform}-${process.arch}-${wheel}.node`);
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

/** Removes the build folders of runs that were killed. */
async function sweep(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const owner = /^build-(\d+)$/u.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(path.join(home, name), { recursive: true, force: true });
  }
}

async function compile(request: AddonRequest, kept: string): Promise<void> {
  const { tfjsNode, home, library, say } = request;
  await sweep(home);
  const headers = await findNodeHeaders(path.join(home, 'headers'), say);
  const folder = path.join(home, `build-${process.pid}`);
  try {
    for (const source of SOURCES) await cp(path.join(tfjsNode.folder, source), path.join(folder, source), { recursive: true });
    await linkLibrary(folder, library);
    say('addon: compiling with node-pre-gyp (about half a minute)');
    await runProgram({
      program: process.execPath,
      parameters: [createRequire(path.join(tfjsNode.folder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp'), 'install', '--build-from-source'],
      folder,
      environment: { npm_config_nodedir: headers },
      remedy: TOOLS_REMEDY,
    });
    await mkdir(path.dirname(kept), { recursive: true });
    await copyFile(path.join(folder, path.relative(tfjsNode.folder, tfjsNode.addon)), `${kept}.part`);
    await rename(`${kept}.part`, kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @returns path of the addon, outside of any package
 * @throws InputError when make, the compiler or the headers are absent, or the compilation fails
 */
export async function buildAddon(request: AddonRequest): Promise<string> {
  const kept = keptAddon(request);
  if (!request.rebuild && (await isPresent(kept))) {
    request.say('addon: built before');
    return kept;
  }
  for (const tool of TOOLS) {
    if (!(await canRun(tool, ['--version']))) throw installError({ expected: `the program ${tool}`, got: 'nothing that starts', remedy: TOOLS_REMEDY });
  }
  await compile(request, kept);
  return kept;
}

/** Where an addon is put to be loaded. */
export interface Placement {
  /** The folder whose `deps` the addon's run path leads to. */
  readonly folder: string;
  readonly addon: string;
  readonly library: string;
  /** NVIDIA's unpacked packages, if they are part of it. */
  readonly nvidia?: string;
}

/** Links the library and puts a copy of the addon in place by renaming: a process that has the old one loaded keeps it. */
export async function placeAddon(kept: string, { folder, addon, library, nvidia }: Placement): Promise<void> {
  await linkLibrary(folder, library);
  if (nvidia !== undefined) await makeLink(path.join(folder, 'deps', 'nvidia'), nvidia);
  await mkdir(path.dirname(addon), { recursive: true });
  await copyFile(kept, `${addon}.part`);
  await rename(`${addon}.part`, addon);
}
