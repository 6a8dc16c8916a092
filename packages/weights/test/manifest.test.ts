/** The manifest of known weights, manifests of users, names, own files, and the lock. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addWeights } from '../src/add-weights.ts';
import { cacheFolder } from '../src/cache-folder.ts';
import { findWeights } from '../src/find-weights.ts';
import { KNOWN_WEIGHTS } from '../src/known-weights.ts';
import { withLock } from '../src/store/file-lock.ts';
import { openStore, readStored } from '../src/store/weight-store.ts';
import { describeLicence, parseManifest } from '../src/weights-entry.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mfim-manifest-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const manifestOf = (weights: readonly unknown[]): string => JSON.stringify({ schema: 'mfim-weights/1', weights });

describe('the known weights', () => {
  test('are a valid manifest', () => {
    expect(parseManifest(manifestOf(KNOWN_WEIGHTS), 'known').map(({ name }) => name)).toEqual(KNOWN_WEIGHTS.map(({ name }) => name));
  });

  test('come from https addresses, and state their licences', () => {
    for (const entry of KNOWN_WEIGHTS) {
      for (const url of entry.urls ?? []) expect(new URL(url).protocol, entry.name).toBe('https:');
      expect(describeLicence(entry)).toHaveLength(4);
    }
  });

  test('whose file names carry the start of a sum have that sum', () => {
    const named = KNOWN_WEIGHTS.filter(({ page, file }) => /pytorch/u.test(page) && /-[0-9a-f]{8}\.pth$/u.test(file));
    expect(named.length).toBeGreaterThan(3);
    for (const { file, sha256 } of named) expect(sha256?.slice(0, 8)).toBe(/-([0-9a-f]{8})\.pth$/u.exec(file)?.[1]);
  });
});

describe('parseManifest', () => {
  const [first] = KNOWN_WEIGHTS;
  test('names the fault', () => {
    expect(() => parseManifest('{', 'mine.json')).toThrow(/mine\.json: expected a manifest of weights/u);
    expect(() => parseManifest('{"schema":"mfim-weights/2","weights":[]}', 'mine.json')).toThrow(/schema/u);
    expect(() => parseManifest(manifestOf([{ ...first, sha265: '' }]), 'mine.json')).toThrow(/sha265/u);
    expect(() => parseManifest(manifestOf([{ ...first, file: '../../etc/passwd' }]), 'mine.json')).toThrow(/a plain file name/u);
    expect(() => parseManifest(manifestOf([{ ...first, name: '../up' }]), 'mine.json')).toThrow(/small letters/u);
    expect(() => parseManifest(manifestOf([first, first]), 'mine.json')).toThrow(/twice/u);
    const { urls: _, ...lost } = first ?? { urls: [] };
    expect(() => parseManifest(manifestOf([lost]), 'mine.json')).toThrow(/neither urls nor byHand/u);
  });
});

test('findWeights suggests the nearest name', () => {
  expect(findWeights(KNOWN_WEIGHTS, 'deca').kind).toBe('deca');
  expect(() => findWeights(KNOWN_WEIGHTS, 'lpips-vg')).toThrow(/did you mean 'lpips-vgg'/u);
  expect(() => findWeights([], 'x')).toThrow(/mfim weights list/u);
});

test('cacheFolder follows MFIM_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
  expect(cacheFolder({ MFIM_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe(path.join('/b', 'mfim'));
  expect(cacheFolder({})).toMatch(/\.cache.mfim$/u);
});

test('addWeights keeps versions of a file under a name made from its own', async () => {
  const store = await openStore(path.join(folder, 'cache'));
  const file = path.join(folder, 'My Face_v2.PTH');
  await writeFile(file, 'one');
  const first = await addWeights(store, file, { kind: 'stylegan2', licence: 'mine', taken: new Set() });
  expect(first).toMatchObject({ name: 'my-face-v2', version: { bytes: 3, trust: 'own file', from: 'My Face_v2.PTH' } });
  await writeFile(file, 'two');
  const second = await addWeights(store, file, { taken: new Set() });
  expect(await readFile(first.path, 'utf8')).toBe('one');
  expect((await readStored(store, 'my-face-v2'))?.versions.map(({ sha256 }) => sha256)).toEqual([second.version.sha256, first.version.sha256]);
  await expect(addWeights(store, file, { name: 'deca', taken: new Set(['deca']) })).rejects.toThrow(/which the manifest has/u);
  await expect(addWeights(store, file, { name: '../x', taken: new Set() })).rejects.toThrow(/small letters/u);
  await expect(addWeights(store, path.join(folder, 'none'), { taken: new Set() })).rejects.toThrow(/expected a file, got none/u);
});

describe('withLock', () => {
  test('lets one at a time in', async () => {
    const lock = path.join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const enter = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 4 }, () => withLock(lock, {}, enter)));
    expect(most).toBe(1);
  });

  test('takes over what a killed process left, waits for what is alive, and notices a loss', async () => {
    const lock = path.join(folder, 'lock');
    await writeFile(lock, 'a process that is gone');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    let waited = 0;
    expect(await withLock(lock, { onWait: () => (waited += 1) }, async () => 'in')).toBe('in');
    expect(waited).toBe(1);
    await expect(withLock(lock, {}, async () => writeFile(lock, 'another'))).rejects.toThrow(/took over/u);
  });

  test('takes over sooner when the process was on this machine and is gone', async () => {
    const lock = path.join(folder, 'lock');
    const gone = spawnSync(process.execPath, ['--version']).pid;
    await writeFile(lock, `${hostname()} ${gone} x`);
    const recently = new Date(Date.now() - 5000);
    await utimes(lock, recently, recently);
    expect(await withLock(lock, {}, async () => 'in')).toBe('in');
  });
});
