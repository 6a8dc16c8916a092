/** The cache of weights, filled from a real server on this machine, from files, and by two processes at once. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { obtainWeights } from '../src/obtain-weights.ts';
import { acceptLicence } from '../src/store/licence-consent.ts';
import { listStored, openStore, readStored } from '../src/store/weight-store.ts';
import type { WeightStore } from '../src/store/weight-store.ts';
import type { WeightsEntry } from '../src/weights-entry.ts';
import { CONTENT, serve, SHA256, startServer } from './file-server.ts';
import type { Answering, FileServer } from './file-server.ts';

const PATIENCE = { pauseMilliseconds: 1 };
const OTHER = Buffer.from(CONTENT.toReversed());

let folder: string;
let store: WeightStore;
let servers: FileServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mfim-weights-'));
  store = await openStore(path.join(folder, 'cache'));
});

afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await rm(folder, { recursive: true });
});

async function offer(answer: Answering = (request, response) => serve(request, response)): Promise<FileServer> {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

const TERMS = { code: { terms: 'MIT' }, weights: { terms: 'CC0' }, data: { terms: 'none' } };

/** An entry whose licence was accepted. */
async function known(urls: readonly string[], facts: Partial<WeightsEntry> = {}): Promise<WeightsEntry> {
  const entry: WeightsEntry = { name: 'test-net', kind: 'test', purpose: 'tests', file: 'library.whl', page: 'https://example.org/', urls: [...urls], licence: TERMS, ...facts };
  await acceptLicence(store, entry);
  return entry;
}

/** `obtain-process.ts` with a manifest of this entry. */
async function startProcess(entry: WeightsEntry): Promise<ChildProcessByStdio<null, Readable, null>> {
  const manifest = path.join(folder, 'manifest.json');
  await writeFile(manifest, JSON.stringify({ schema: 'mfim-weights/1', weights: [entry] }));
  const program = fileURLToPath(new URL('obtain-process.ts', import.meta.url));
  return spawn(process.execPath, ['--conditions=@mfim/source', '--import', 'tsx', program, store.folder, manifest], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('nothing is used before its licence is accepted, and changed terms are asked for again', async () => {
  const server = await offer();
  const entry = await known([server.url], { bytes: CONTENT.length, sha256: SHA256 });
  const changed: WeightsEntry = { ...entry, licence: { ...TERMS, weights: { terms: 'non-commercial' } } };
  await expect(obtainWeights(store, changed)).rejects.toThrow(/expected its licence to be accepted.*weights: non-commercial.*--accept-licence/u);
  expect(server.requests).toEqual([]);
  await acceptLicence(store, changed);
  expect((await obtainWeights(store, changed)).version.sha256).toBe(SHA256);
});

test('a sum of the manifest: downloaded once, read-only under its sum, then from the cache', async () => {
  const server = await offer();
  const entry = await known([server.url], { bytes: CONTENT.length, sha256: SHA256 });
  const said: string[] = [];
  const first = await obtainWeights(store, entry, { say: (line) => said.push(line) });
  expect(first).toMatchObject({ wasCached: false, version: { bytes: CONTENT.length, trust: 'manifest', from: server.url } });
  expect(said.at(-1)).toBe(`test-net: 200000 bytes, sha256 ${SHA256} as the manifest says`);
  expect(path.basename(first.path)).toBe(SHA256);
  expect((await stat(first.path)).mode % 0o1000).toBe(0o444);
  expect(await obtainWeights(store, entry)).toMatchObject({ wasCached: true, path: first.path });
  expect(server.requests).toHaveLength(1);
  expect(await readdir(path.join(store.folder, 'parts'))).toEqual([]);
});

test('an unknown sum is pinned by the first download, which is said; another content is refused until --update', async () => {
  let content = CONTENT;
  const server = await offer((request, response) => serve(request, response, { content }));
  const entry = await known([server.url]);
  const said: string[] = [];
  const { path: place } = await obtainWeights(store, entry, { say: (line) => said.push(line) });
  expect(said.at(-1)).toMatch(/Nobody vouches for this sum: it is trusted because it came first; every later file must have it/u);
  content = OTHER;
  await rm(place);
  await expect(obtainWeights(store, entry, { patience: PATIENCE })).rejects.toThrow(new RegExp(`expected sha256 ${SHA256}`, 'u'));
  const updated = await obtainWeights(store, entry, { update: true });
  expect(updated.version).toMatchObject({ trust: 'first use' });
  expect((await readFile(updated.path)).equals(OTHER)).toBe(true);
  expect((await readStored(store, 'test-net'))?.versions.map(({ sha256 }) => sha256)).toEqual([updated.version.sha256, SHA256]);
});

test('a wrong start of the sum, and a wrong file for --from, are refused and nothing of them stays', async () => {
  const server = await offer();
  const entry = await known([server.url], { sha256Start: '00000000' });
  await expect(obtainWeights(store, entry)).rejects.toThrow(/a sha256 that begins with 00000000/u);
  const exact = await known([server.url], { bytes: CONTENT.length, sha256: SHA256 });
  const wrong = path.join(folder, 'wrong.bin');
  await writeFile(wrong, OTHER);
  await expect(obtainWeights(store, exact, { from: wrong })).rejects.toThrow(/test-net from wrong\.bin: expected sha256/u);
  await expect(obtainWeights(store, exact, { from: path.join(folder, 'none') })).rejects.toThrow(/no such file/u);
  expect(await readdir(path.join(store.folder, 'files'))).toEqual([]);
  expect(await readdir(path.join(store.folder, 'parts'))).toEqual([]);
  expect((await readFile(wrong)).equals(OTHER)).toBe(true);
});

test('--from needs no network and leaves the file where it is; what can only be fetched by hand says how', async () => {
  const { urls: _, ...entry } = await known([], { byHand: 'Register first.' });
  await expect(obtainWeights(store, entry)).rejects.toThrow(/fetched by hand.*Register first\. See https:\/\/example\.org\/, then run: mfim weights get test-net --from FILE/u);
  const file = path.join(folder, 'own.bin');
  await writeFile(file, CONTENT);
  expect(await obtainWeights(store, entry, { from: file })).toMatchObject({ version: { from: 'own.bin', sha256: SHA256, trust: 'first use' } });
  expect((await stat(file)).size).toBe(CONTENT.length);
});

test('a mirror is tried when the first address fails, which is said', async () => {
  const gone = await offer((_, response) => response.writeHead(404).end());
  const wrong = await offer((request, response) => serve(request, response, { content: OTHER }));
  const good = await offer();
  const entry = await known([gone.url, wrong.url, good.url], { bytes: CONTENT.length, sha256: SHA256 });
  const said: string[] = [];
  await obtainWeights(store, entry, { say: (line) => said.push(line), patience: PATIENCE });
  expect(said.filter((line) => line.endsWith('trying the next address'))).toHaveLength(2);
  expect(said[1]).toMatch(/HTTP 404, which means that it is not there/u);
});

test('a damaged file in the cache is noticed and fetched again', async () => {
  const server = await offer();
  const entry = await known([server.url]);
  const { path: place } = await obtainWeights(store, entry);
  await chmod(place, 0o644);
  await writeFile(place, OTHER);
  const said: string[] = [];
  expect(await obtainWeights(store, entry, { say: (line) => said.push(line) })).toMatchObject({ wasCached: false, version: { sha256: SHA256 } });
  expect(said[0]).toMatch(/missing or damaged/u);
  expect(said.at(-1)).toMatch(/the same as at first/u);
});

test('what a killed process fetched is continued by the next', async () => {
  // The first answer stops in the middle and stays silent.
  const headers = { etag: '"one"' };
  const server = await offer((request, response, visit) => {
    if (visit === 1) response.writeHead(200, { 'content-length': CONTENT.length, ...headers }).write(CONTENT.subarray(0, 100_000));
    else serve(request, response, { headers });
  });
  const entry = await known([server.url]);
  const child = await startProcess(entry);
  const part = path.join(store.folder, 'parts', 'test-net.part');
  while ((await stat(part).catch(() => undefined))?.size !== 100_000) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  const said: string[] = [];
  expect(await obtainWeights(store, entry, { say: (line) => said.push(line) })).toMatchObject({ version: { sha256: SHA256 } });
  // Its lock lies there until it is known to be nobody's.
  expect(said[0]).toMatch(/another process is at it; waiting/u);
  expect(server.ranges).toEqual([undefined, 'bytes=100000-']);
  expect(await readdir(path.join(store.folder, 'parts'))).toEqual([]);
});

test('two processes at once download once, and both have it', async () => {
  const server = await offer((request, response, visit) => {
    // Slow enough that the second process meets the first at work.
    setTimeout(() => serve(request, response, visit === 1 ? { until: 100_000, headers: { etag: '"one"' } } : { headers: { etag: '"one"' } }), 1000);
  });
  const entry = await known([server.url]);
  const runs = [1, 2].map(async () => {
    const child = await startProcess(entry);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, lines: output.trim().split('\n') };
  });
  const ended = await Promise.all(runs);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  const results = ended.map(({ lines }) => JSON.parse(lines.at(-1) ?? '') as { wasCached: boolean; sha256: string });
  expect(results.map(({ sha256 }) => sha256)).toEqual([SHA256, SHA256]);
  expect(results.map(({ wasCached }) => wasCached).toSorted()).toEqual([false, true]);
  // The first connection was cut; the second continued it.
  expect(server.ranges).toHaveLength(2);
  expect(server.ranges[1]).toMatch(/^bytes=[1-9]\d*-$/u);
  expect((await listStored(store)).map(({ versions }) => versions.length)).toEqual([1]);
});

test('a full disk: what came is kept, the error says what to do; with room again it goes on', async ({ skip }) => {
  const disk = path.join(folder, 'cache');
  const isMounted = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;
  if (!isMounted) skip('needs the right to mount a tmpfs: run it as root on Linux');
  try {
    store = await openStore(disk);
    // No length is announced, so only writing shows that the disk is too small.
    const server = await offer((request, response) => {
      if (request.headers.range === undefined) response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(CONTENT);
      else serve(request, response);
    });
    const entry = await known([server.url], { sha256: SHA256 });
    const { bavail, bsize } = await statfs(disk);
    await writeFile(path.join(disk, 'filler'), new Uint8Array(bavail * bsize - 100_000));
    await expect(obtainWeights(store, entry, { patience: PATIENCE })).rejects.toThrow(/expected room for the file, got a full disk; make room and run again/u);
    await rm(path.join(disk, 'filler'));
    expect(await obtainWeights(store, entry, { patience: PATIENCE })).toMatchObject({ version: { sha256: SHA256 } });
    expect(server.ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/u);
  } finally {
    spawnSync('umount', [disk]);
  }
});
