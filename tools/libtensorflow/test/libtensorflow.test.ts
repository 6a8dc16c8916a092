import { mkdir, mkdtemp, readlink, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { BuildError } from '../src/build-error.ts';
import { fetchWheel, fileSha256 } from '../src/fetch-wheel.ts';
import { isLinked, libraryLinks, linkLibrary } from '../src/link-library.ts';
import { main } from '../src/main.ts';
import { headersMajor } from '../src/node-headers.ts';
import { canRun, runCommand } from '../src/run-command.ts';
import { findTfjsNode } from '../src/tfjs-node-package.ts';

const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'mfim-libtensorflow-'));

/** SHA-256 of the three bytes "abc" (FIPS 180-2, example B.1). */
const ABC_SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

async function cacheWith(sum: string): Promise<string> {
  const cache = await newFolder();
  const name = 'tensorflow_cpu-9.9.9-cp311-cp311-test.whl';
  await writeFile(path.join(cache, name), 'abc');
  await writeFile(path.join(cache, `${name}.sha256`), `${sum}  ${name}\n`);
  return cache;
}

describe('the wheel', () => {
  const request = { distribution: 'tensorflow-cpu', version: '9.9.9', print: () => undefined };

  test('in the cache is used again when its sum is right', async () => {
    const cache = await cacheWith(ABC_SHA256);
    const wheel = await fetchWheel({ ...request, cache });
    expect(path.dirname(wheel)).toBe(cache);
    expect(await fileSha256(wheel)).toBe(ABC_SHA256);
  });

  test('in the cache is refused when it is damaged', async () => {
    const cache = await cacheWith('0'.repeat(64));
    await expect(fetchWheel({ ...request, cache })).rejects.toThrow(/expected 0000.*delete this file and run again/u);
  });
});

describe('the links', () => {
  test('lead to the library; making them twice, or over links to another library, is fine', async () => {
    const [folder, library, other] = [await newFolder(), await newFolder(), await newFolder()];
    expect(await isLinked(folder, library)).toBe(false);
    await linkLibrary(folder, other);
    await linkLibrary(folder, library);
    await linkLibrary(folder, library);
    expect(await isLinked(folder, library)).toBe(true);
    expect(await isLinked(folder, other)).toBe(false);
    for (const [link, target] of libraryLinks(folder, library)) {
      expect(await readlink(link)).toBe(target);
    }
  });
});

describe('tfjs-node', () => {
  test('is found behind a link, with the addon path of this Node', async () => {
    const project = await newFolder();
    const real = path.join(await newFolder(), 'tfjs-node');
    await mkdir(real);
    await writeFile(path.join(real, 'package.json'), JSON.stringify({ version: '4.0.0', binary: { napi_versions: [3, 8, 999] } }));
    await mkdir(path.join(project, 'node_modules', '@tensorflow'), { recursive: true });
    await symlink(real, path.join(project, 'node_modules', '@tensorflow', 'tfjs-node'));
    const found = await findTfjsNode(project);
    expect(found.version).toBe('4.0.0');
    expect(found.addon).toBe(path.join(found.folder, 'lib', 'napi-v8', 'tfjs_binding.node'));
  });

  test('that is not installed is an error with the cure', async () => {
    await expect(findTfjsNode(await newFolder())).rejects.toThrow(/not installed.*pnpm install/u);
  });
});

describe('Node headers', () => {
  test('are recognised by their version', async () => {
    const folder = await newFolder();
    expect(await headersMajor(folder)).toBeUndefined();
    await mkdir(path.join(folder, 'include', 'node'), { recursive: true });
    await writeFile(path.join(folder, 'include', 'node', 'node_version.h'), '#define NODE_MAJOR_VERSION 22\n');
    expect(await headersMajor(folder)).toBe('22');
  });
});

describe('programs', () => {
  test('that are absent or fail end with the cure and their last lines', async () => {
    const absent = runCommand({ program: 'no-such-program-here', parameters: [], remedy: 'install it' });
    await expect(absent).rejects.toThrow(BuildError);
    await expect(absent).rejects.toThrow(/does not start; install it/u);
    const script = 'console.error("the reason"); process.exit(3)';
    const failing = runCommand({ program: process.execPath, parameters: ['-e', script], remedy: 'mend it' });
    await expect(failing).rejects.toThrow(/code 3:[\s\S]*the reason[\s\S]*mend it/u);
    expect(await canRun(process.execPath, ['--version'])).toBe(true);
  });
});

describe('the command line', () => {
  test('explains itself and refuses unknown options', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await main(['--help'])).toBe(0);
    expect(String(log.mock.calls[0]?.[0])).toContain('--tensorflow VERSION');
    expect(await main(['--tensorfow', '2.21.0'])).toBe(2);
    expect(await main(['--project', await newFolder()])).toBe(1);
    expect(String(error.mock.calls.at(-1)?.[0])).toContain('pnpm install');
    log.mockRestore();
    error.mockRestore();
  });
});
