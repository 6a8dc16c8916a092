import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { downloadFile } from '../src/engine/install/download-file.ts';
import type { DownloadRequest } from '../src/engine/install/download-file.ts';
import { progressLine } from '../src/engine/install/progress-line.ts';

/** 200 kB that no two places share: byte i is a hash of i. */
const CONTENT = Buffer.concat(Array.from({ length: 6250 }, (_, index) => createHash('sha256').update(String(index)).digest()));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse, visit: number) => void;

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const start = ({ headers }: IncomingMessage): number => Number(/bytes=(\d+)-/u.exec(headers.range ?? '')?.[1] ?? 0);

/** Serves ranges as it should; `until` cuts the connection at that byte of the file. */
function serve(request: IncomingMessage, response: ServerResponse, until = CONTENT.length): void {
  const from = start(request);
  const headers = { 'content-length': CONTENT.length - from };
  if (request.headers.range === undefined) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` });
  if (until >= CONTENT.length) response.end(CONTENT.subarray(from));
  else response.write(CONTENT.subarray(from, until), () => setTimeout(() => response.destroy(), 20));
}

async function setUp(answer: Answer): Promise<{ readonly request: DownloadRequest; readonly ranges: (string | undefined)[]; readonly folder: string }> {
  const ranges: (string | undefined)[] = [];
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-download-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/library.whl`;
  return { request: { url, file: path.join(folder, 'library.whl'), bytes: CONTENT.length, sha256: SHA256, pauseMilliseconds: 1 }, ranges, folder };
}

describe('downloadFile', () => {
  test('leaves the whole file under its name, and tells how far it is', async () => {
    const { request, folder } = await setUp((incoming, response) => serve(incoming, response));
    const told: number[] = [];
    await downloadFile({ ...request, onProgress: (done) => told.push(done) });
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
    expect(await readdir(folder)).toEqual(['library.whl']);
    expect(told.at(-1)).toBe(CONTENT.length);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  test('takes up a cut connection where it broke off', async () => {
    const { request, ranges } = await setUp((incoming, response, visit) => serve(incoming, response, visit * 60_000));
    await downloadFile(request);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
    // How much of a cut answer arrives is the network's affair; what arrived is never asked for again.
    const starts = ranges.map((range) => Number(/\d+/u.exec(range ?? '0')?.[0]));
    expect(starts).toHaveLength(4);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts.at(-1)).toBeGreaterThan(0);
  });

  test('continues what an earlier run left', async () => {
    const { request, ranges } = await setUp((incoming, response) => serve(incoming, response));
    await writeFile(`${request.file}.part`, CONTENT.subarray(0, 150_000));
    await downloadFile(request);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
    expect(ranges).toEqual(['bytes=150000-']);
  });

  test('a complete part file needs no server', async () => {
    const { request, ranges } = await setUp((_, response) => response.destroy());
    await writeFile(`${request.file}.part`, CONTENT);
    await downloadFile(request);
    expect(ranges).toEqual([]);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
  });

  test('begins again where the server knows no ranges', async () => {
    const { request } = await setUp((_, response) => response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT));
    await writeFile(`${request.file}.part`, CONTENT.subarray(0, 1000));
    await downloadFile(request);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
  });

  test('another content of the same length is refused and deleted', async () => {
    const { request, folder } = await setUp((incoming, response) => serve(incoming, response));
    const wrong = { ...request, sha256: '0'.repeat(64) };
    await expect(downloadFile(wrong)).rejects.toThrow(new RegExp(`expected sha256 0000.*got ${SHA256}; the download was deleted`, 'u'));
    expect(await readdir(folder)).toEqual([]);
  });

  test('another length is refused before it is written', async () => {
    const { request } = await setUp((incoming, response) => serve(incoming, response));
    await expect(downloadFile({ ...request, bytes: CONTENT.length + 5 })).rejects.toThrow(/an answer that speaks of 200000 bytes.*--from FILE/u);
    await expect(downloadFile({ ...request, bytes: CONTENT.length - 5 })).rejects.toThrow(/speaks of 200000 bytes/u);
  });

  test('more than was announced is refused, and never fills the disk', async () => {
    const { request } = await setUp((_, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      response.write(CONTENT);
      response.end(CONTENT);
    });
    await expect(downloadFile(request)).rejects.toThrow(/more than 200000 bytes/u);
    expect((await stat(`${request.file}.part`)).size).toBeLessThanOrEqual(CONTENT.length);
  });

  test('a part file longer than the file is thrown away', async () => {
    const { request, ranges } = await setUp((incoming, response) => serve(incoming, response));
    await writeFile(`${request.file}.part`, Buffer.concat([CONTENT, CONTENT]));
    await downloadFile(request);
    expect(ranges).toEqual([undefined]);
  });

  test('a silent connection is given up, and what came is kept and named', async () => {
    const { request } = await setUp((incoming, response) => {
      const from = start(incoming);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': CONTENT.length - from, ...(from > 0 ? { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` } : {}) });
      response.write(CONTENT.subarray(from, from === 0 ? 1000 : from));
    });
    await expect(downloadFile({ ...request, stallMilliseconds: 50 })).rejects.toThrow(/1000 bytes, which are kept/u);
    expect((await stat(`${request.file}.part`)).size).toBe(1000);
  });

  test('a refusal of the server ends it at once, its fault is tried again', async () => {
    const { request, ranges } = await setUp((incoming, response, visit) => {
      if (visit <= 2) response.writeHead(503).end();
      else serve(incoming, response);
    });
    await downloadFile(request);
    expect(ranges).toHaveLength(3);
    server?.close();
    const gone = await setUp((_, response) => response.writeHead(404).end());
    await expect(downloadFile(gone.request)).rejects.toThrow(/HTTP 404/u);
    expect(gone.ranges).toHaveLength(1);
  });

  test('an unreachable server is an error with the cure', async () => {
    const { request } = await setUp((incoming, response) => serve(incoming, response));
    server?.close();
    await expect(downloadFile(request)).rejects.toThrow(/0 bytes, which are kept.*check the network/u);
  });
});

describe('progressLine', () => {
  test('rewrites itself on a terminal and writes a line a tenth elsewhere', () => {
    const terminal: string[] = [];
    const file: string[] = [];
    const onTerminal = progressLine({ isTTY: true, write: (text) => terminal.push(text) });
    const inFile = progressLine({ write: (text) => file.push(text) });
    for (let done = 0; done <= 1000; done += 1) {
      onTerminal(done * 1e6, 1e9);
      inFile(done * 1e6, 1e9);
    }
    expect(terminal.every((text) => text.startsWith('\r'))).toBe(true);
    expect(terminal.at(-1)).toMatch(/1000 of 1000 MB \(100 %\).*\n$/u);
    expect(file).toHaveLength(11);
    expect(file[5]).toMatch(/^500 of 1000 MB \(50 %\)/u);
  });
});
