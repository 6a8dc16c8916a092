import { mkdir, mkdtemp, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { fileSha256 } from '@mfim/weights';
import { describe, expect, test } from 'vitest';
import { placeAddon } from '../src/engine/install/build-addon.ts';
import { cudaFolders } from '../src/engine/install/engine-home.ts';
import { fetchWheel } from '../src/engine/install/fetch-wheel.ts';
import { cudaRequirements } from '../src/engine/install/install-cuda.ts';
import { INSTALLABLE, installableEngine } from '../src/engine/install/install-engine.ts';
import { isLinked, libraryLinks, linkLibrary } from '../src/engine/install/link-library.ts';
import { headersMajor } from '../src/engine/install/node-headers.ts';
import { PINNED_WHEELS, TENSORFLOW_VERSION } from '../src/engine/install/pinned-wheels.ts';
import { canRun, runProgram } from '../src/engine/install/run-program.ts';
import { findTfjsNode } from '../src/engine/install/tfjs-node-package.ts';

const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'mfim-engine-'));

/** SHA-256 of the three bytes "abc" (FIPS 180-2, example B.1). */
const ABC_SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('the wheel', () => {
  const request = { distribution: 'tensorflow', version: TENSORFLOW_VERSION, say: () => undefined } as const;
  const [pinned] = PINNED_WHEELS.filter(({ distribution, arch }) => distribution === 'tensorflow' && arch === process.arch);

  test('pins are well formed', () => {
    for (const { file, bytes, sha256, distribution, version } of PINNED_WHEELS) {
      expect(file.startsWith(`${distribution.replace('-', '_')}-${version}-`)).toBe(true);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/u);
      expect(bytes).toBeGreaterThan(1e8);
    }
    expect(new Set(PINNED_WHEELS.map(({ sha256 }) => sha256)).size).toBe(PINNED_WHEELS.length);
  });

  test('in the cache is refused when it is damaged', async () => {
    const home = await newFolder();
    await writeFile(path.join(home, pinned?.file ?? ''), 'abc');
    await expect(fetchWheel({ ...request, home })).rejects.toThrow(new RegExp(`got ${ABC_SHA256}; delete this file`, 'u'));
  });

  test('brought by the user is refused when it is absent or not a known one', async () => {
    const home = await newFolder();
    await expect(fetchWheel({ ...request, home, from: path.join(home, 'no.whl') })).rejects.toThrow(/no such file; name the .whl file/u);
    const other = path.join(home, 'other.whl');
    await writeFile(other, 'abc');
    await expect(fetchWheel({ ...request, home, from: other })).rejects.toThrow(new RegExp(`other.whl, 3 bytes, sha256 ${ABC_SHA256}`, 'u'));
  });

  test('of a version without a pin is taken by the sum that the index gave', async () => {
    const home = await newFolder();
    const processor = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
    await writeFile(path.join(home, `tensorflow-9.9.9-${processor}.json`), JSON.stringify({ file: 'nine.whl', bytes: 3, sha256: ABC_SHA256 }));
    await writeFile(path.join(home, 'nine.whl'), 'abc');
    const wheel = await fetchWheel({ ...request, version: '9.9.9', home });
    expect(wheel).toBe(path.join(home, 'nine.whl'));
    expect(await fileSha256(wheel)).toBe(ABC_SHA256);
  });

  test("asks for NVIDIA's libraries by itself", () => {
    const metadata = [
      'Requires-Dist: absl-py>=1.0.0',
      'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      "Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75 ; extra == 'and-cuda'",
      'Requires-Dist: other; extra == "gcs"',
    ].join('\n');
    expect(cudaRequirements(metadata)).toEqual(['nvidia-cublas-cu12<13.0,>=12.5.3.2', 'nvidia-cudnn-cu12<10.0,>=9.3.0.75']);
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
    for (const [link, target] of libraryLinks(folder, library)) expect(await readlink(link)).toBe(target);
  });

  test("replace a stock library's folder; the addon's old file stays whole for whoever has it open", async () => {
    const [home, library, nvidia] = [await newFolder(), await newFolder(), await newFolder()];
    const { folder, addon, nvidia: link } = await cudaFolders(home);
    await mkdir(path.join(folder, 'deps', 'include'), { recursive: true });
    await writeFile(path.join(folder, 'deps', 'include', 'old.h'), '');
    const kept = path.join(home, 'kept.node');
    await writeFile(kept, 'abc');
    await placeAddon(kept, { folder, addon, library, nvidia });
    expect(await isLinked(folder, library)).toBe(true);
    expect(await readlink(link)).toBe(nvidia);
    expect(await readFile(addon, 'utf8')).toBe('abc');
    // The addon's run path is $ORIGIN/../../deps/lib.
    expect(path.resolve(path.dirname(addon), '..', '..', 'deps', 'lib')).toBe(path.join(folder, 'deps', 'lib'));
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
    await expect(findTfjsNode(await newFolder())).rejects.toThrow(/no such package; run: npm install/u);
  });
});

describe('what a build needs', () => {
  test('Node headers are recognised by their version', async () => {
    const folder = await newFolder();
    expect(await headersMajor(folder)).toBeUndefined();
    await mkdir(path.join(folder, 'include', 'node'), { recursive: true });
    await writeFile(path.join(folder, 'include', 'node', 'node_version.h'), '#define NODE_MAJOR_VERSION 22\n');
    expect(await headersMajor(folder)).toBe('22');
  });

  test('programs that are absent or fail end with the cure and their last lines', async () => {
    const absent = runProgram({ program: 'no-such-program-here', parameters: [], remedy: 'install it' });
    await expect(absent).rejects.toThrow(InputError);
    await expect(absent).rejects.toThrow(/nothing that starts; install it/u);
    const script = 'console.error("the reason"); process.exit(3)';
    const failing = runProgram({ program: process.execPath, parameters: ['-e', script], remedy: 'mend it' });
    await expect(failing).rejects.toThrow(/code 3:[\s\S]*the reason[\s\S]*mend it/u);
    expect(await canRun(process.execPath, ['--version'])).toBe(true);
  });

  test('an engine that is not installed by us is refused', () => {
    expect(INSTALLABLE.map(installableEngine)).toEqual(['tensorflow', 'cuda', 'webgpu']);
    expect(() => installableEngine('cpu')).toThrow(/one of tensorflow, cuda, webgpu, got "cpu"/u);
  });
});
