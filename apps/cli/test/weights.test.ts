/** `mfim weights`, against a real server on this machine. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callMfim } from './call-mfim.ts';

const CONTENT = Buffer.from('weights of a network');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

let folder: string;
let cache: { MFIM_CACHE: string };
let server: Server;
let requests: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfim-weights-'));
  cache = { MFIM_CACHE: join(folder, 'cache') };
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (request.url === '/net.pth') response.end(CONTENT);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** A manifest with one network at this path of the server. */
async function manifest(path = '/net.pth', facts: Record<string, unknown> = {}): Promise<string> {
  const file = join(folder, 'manifest.json');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const licence = { code: { terms: 'MIT' }, weights: { terms: 'research only' }, data: { terms: 'unknown' } };
  const entry = { name: 'net', kind: 'test', purpose: 'tests', file: 'net.pth', page: 'https://example.org/', urls: [url], licence, ...facts };
  await writeFile(file, JSON.stringify({ schema: 'mfim-weights/1', weights: [entry] }));
  return file;
}

describe('mfim weights get', () => {
  it('shows the licence and does nothing until it is accepted', async () => {
    const { code, stdout, stderr } = await callMfim(['weights', 'get', 'net', '--manifest', await manifest()], cache);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^mfim: net: expected its licence to be accepted.*weights: research only.*--accept-licence.*\n$/u);
    expect(requests).toEqual([]);
  });

  it('asks at a terminal: anything but yes is no', async () => {
    const call = ['weights', 'get', 'net', '--manifest', await manifest()];
    const refused = await callMfim(call, cache, async () => 'no');
    expect(refused.code).toBe(2);
    expect(requests).toEqual([]);
    const accepted = await callMfim(call, cache, async () => 'yes\n');
    expect(accepted.code).toBe(0);
    expect(accepted.stderr).toMatch(/weights: research only/u);
  });

  it('downloads, says what is trusted, prints the path; the second time asks nobody', async () => {
    const file = await manifest();
    const { code, stdout, stderr } = await callMfim(['weights', 'get', 'net', '--manifest', file, '--accept-licence'], cache);
    expect(code).toBe(0);
    expect((await readFile(stdout.trim())).equals(CONTENT)).toBe(true);
    expect(stderr).toMatch(/Nobody vouches for this sum/u);
    const again = await callMfim(['weights', 'get', 'net', '--manifest', file, '--json'], cache);
    expect(JSON.parse(again.stdout)).toMatchObject({ path: stdout.trim(), wasCached: true, sha256: SHA256, bytes: CONTENT.length, trust: 'first use' });
    const chosen = await callMfim(['weights', 'get', `net@${SHA256.slice(0, 8)}`, '--manifest', file], cache);
    expect(chosen.stdout).toBe(stdout);
    expect(requests).toHaveLength(1);
    const none = await callMfim(['weights', 'get', 'net@0000', '--manifest', file], cache);
    expect(none).toMatchObject({ code: 2, stdout: '' });
  });

  it('names what is wrong: 404, another size, another sum, an unknown name, a broken manifest', async () => {
    const attempt = async (path: string, facts: Record<string, unknown>): Promise<string> => {
      const { code, stdout, stderr } = await callMfim(['weights', 'get', 'net', '--manifest', await manifest(path, facts), '--accept-licence'], cache);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      return stderr;
    };
    expect(await attempt('/gone', {})).toMatch(/HTTP 404, which means that it is not there/u);
    expect(await attempt('/net.pth', { bytes: 5 })).toMatch(/expected 5 bytes, got an answer that speaks of 20 bytes/u);
    expect(await attempt('/net.pth', { sha256: '0'.repeat(64) })).toMatch(/expected sha256 0{64}, got [0-9a-f]{64}; the download was deleted/u);
    expect(await attempt('/net.pth', { licence: undefined })).toMatch(/licence/u);
    const unknown = await callMfim(['weights', 'get', 'nett', '--manifest', await manifest()], cache);
    expect(unknown.stderr).toMatch(/did you mean 'net'/u);
  });
});

describe('mfim weights list and add', () => {
  it('lists what is known, then what is here; an own file is added under its name and found again', async () => {
    const file = await manifest();
    const before = await callMfim(['weights', 'list', '--manifest', file], cache);
    expect(before.stdout).toMatch(/^net {2}to download {2}size not known {2}tests\n$/u);
    const own = join(folder, 'Mine 1.pt');
    await writeFile(own, 'own');
    const added = await callMfim(['weights', 'add', own, '--kind', 'stylegan2', '--licence', 'all mine'], cache);
    expect(added).toMatchObject({ code: 0 });
    expect(await readFile(added.stdout.trim(), 'utf8')).toBe('own');
    expect((await callMfim(['weights', 'get', 'mine-1'], cache)).stdout).toBe(added.stdout);
    await callMfim(['weights', 'get', 'net', '--manifest', file, '--accept-licence'], cache);
    const { stdout } = await callMfim(['weights', 'list', '--manifest', file, '--json'], cache);
    const { weights } = JSON.parse(stdout) as { weights: readonly { name: string; state: string; kind: string }[] };
    expect(weights.map(({ name, state, kind }) => ({ name, state, kind }))).toEqual([
      { name: 'net', state: 'here', kind: 'test' },
      { name: 'mine-1', state: 'here', kind: 'stylegan2' },
    ]);
  });

  it('tells everything of one, and knows the built-in names without any network', async () => {
    const { code, stdout } = await callMfim(['weights', 'list', 'stylegan2-ffhq-1024'], cache);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^stylegan2-ffhq-1024 \(stylegan2\): to download\n/u);
    expect(stdout).toMatch(/weights: Nvidia Source Code License/u);
    expect(stdout).toMatch(/sha256: {2}not known; the first download pins it/u);
    expect((await callMfim(['weights', 'list', 'stylegan2-ffhq-1025'], cache)).code).toBe(2);
  });
});
