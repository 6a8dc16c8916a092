/** Downloads against a real server on this machine: whole, cut, resumed, changed, wrong, refused. */
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { downloadFile } from '../src/download/download-file.ts';
import type { DownloadRequest } from '../src/download/download-request.ts';
import { progressLine } from '../src/download/progress-line.ts';
import { CONTENT, rangeStart, serve, SHA256, startServer } from './file-server.ts';
import type { Answering, FileServer } from './file-server.ts';

let server: FileServer | undefined;
const folders: string[] = [];

afterEach(async () => {
  server?.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function setUp(answer: Answering): Promise<{ readonly request: DownloadRequest & { readonly sha256: string }; readonly server: FileServer; readonly folder: string }> {
  server = await startServer(answer);
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-download-'));
  folders.push(folder);
  return { request: { url: server.url, file: path.join(folder, 'library.whl'), bytes: CONTENT.length, sha256: SHA256, pauseMilliseconds: 1 }, server, folder };
}

/** Nothing is known beforehand but the address. */
const unknown = ({ url, file }: DownloadRequest): DownloadRequest => ({ url, file, pauseMilliseconds: 1 });
const rangesOf = (requests: readonly IncomingMessage[]): readonly (string | undefined)[] => requests.map(({ headers }) => headers.range);
const wellServed = (request: IncomingMessage, response: ServerResponse): void => serve(request, response);

describe('downloadFile', () => {
  test('leaves the whole file under its name, and tells how far it is', async () => {
    const { request, folder } = await setUp(wellServed);
    const told: number[] = [];
    await downloadFile({ ...request, onProgress: (done) => told.push(done) });
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
    expect(await readdir(folder)).toEqual(['library.whl']);
    expect(told.at(-1)).toBe(CONTENT.length);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  test('takes up a cut connection where it broke off', async () => {
    const { request, server: { requests } } = await setUp((incoming, response, visit) => serve(incoming, response, { until: visit * 60_000 }));
    await downloadFile(request);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
    // How much of a cut answer arrives is the network's affair; what arrived is never asked for again.
    const starts = rangesOf(requests).map((range) => Number(/\d+/u.exec(range ?? '0')?.[0]));
    expect(starts).toHaveLength(4);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts.at(-1)).toBeGreaterThan(0);
  });

  test('continues what an earlier run left', async () => {
    const { request, server: { requests } } = await setUp(wellServed);
    await writeFile(`${request.file}.part`, CONTENT.subarray(0, 150_000));
    await downloadFile(request);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
    expect(rangesOf(requests)).toEqual(['bytes=150000-']);
  });

  test('a complete part file needs no server', async () => {
    const { request, server: { requests } } = await setUp((_, response) => response.destroy());
    await writeFile(`${request.file}.part`, CONTENT);
    await downloadFile(request);
    expect(rangesOf(requests)).toEqual([]);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
  });

  test('begins again where the server knows no ranges', async () => {
    const { request } = await setUp((_, response) => response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT));
    await writeFile(`${request.file}.part`, CONTENT.subarray(0, 1000));
    await downloadFile(request);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
  });

  test('another content of the same length is refused and deleted', async () => {
    const { request, folder } = await setUp(wellServed);
    const wrong = { ...request, sha256: '0'.repeat(64) };
    await expect(downloadFile(wrong)).rejects.toThrow(new RegExp(`expected sha256 0000.*got ${SHA256}; the download was deleted`, 'u'));
    expect(await readdir(folder)).toEqual([]);
  });

  test('another length is refused before it is written', async () => {
    const { request } = await setUp(wellServed);
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
    const { request, server: { requests } } = await setUp(wellServed);
    await writeFile(`${request.file}.part`, Buffer.concat([CONTENT, CONTENT]));
    await downloadFile(request);
    expect(rangesOf(requests)).toEqual([undefined]);
  });

  test('a silent connection is given up, and what came is kept and named', async () => {
    const { request } = await setUp((incoming, response) => {
      const from = rangeStart(incoming);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': CONTENT.length - from, ...(from > 0 ? { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` } : {}) });
      response.write(CONTENT.subarray(from, from === 0 ? 1000 : from));
    });
    await expect(downloadFile({ ...request, stallMilliseconds: 50 })).rejects.toThrow(/1000 bytes, which are kept/u);
    expect((await stat(`${request.file}.part`)).size).toBe(1000);
  });

  test('a refusal of the server ends it at once, its fault is tried again', async () => {
    const { request, server: { requests } } = await setUp((incoming, response, visit) => {
      if (visit <= 2) response.writeHead(503).end();
      else serve(incoming, response);
    });
    await downloadFile(request);
    expect(rangesOf(requests)).toHaveLength(3);
    server?.close();
    const gone = await setUp((_, response) => response.writeHead(404).end());
    await expect(downloadFile(gone.request)).rejects.toThrow(/HTTP 404/u);
    expect(gone.server.ranges).toHaveLength(1);
  });

  test('an unreachable server is an error with the cure', async () => {
    const { request } = await setUp(wellServed);
    server?.close();
    await expect(downloadFile(request)).rejects.toThrow(/got nothing, then: no answer from 127.*check the network/u);
  });
});

describe('downloadFile, of a file of which nothing is known', () => {
  test('reports what came', async () => {
    const { request } = await setUp(wellServed);
    expect(await downloadFile(unknown(request))).toEqual({ bytes: CONTENT.length, sha256: SHA256 });
  });

  test('resumes by ETag or date, which the server must confirm', async () => {
    for (const headers of [{ etag: '"one"' }, { 'last-modified': 'Tue, 01 Sep 2020 10:00:00 GMT' }]) {
      const { request, server: { requests }, folder } = await setUp((incoming, response, visit) => serve(incoming, response, { headers, ...(visit === 1 ? { until: 90_000 } : {}) }));
      expect(await downloadFile(unknown(request))).toEqual({ bytes: CONTENT.length, sha256: SHA256 });
      expect(requests.map((incoming) => incoming.headers['if-range'])).toEqual([undefined, Object.values(headers)[0]]);
      expect(await readdir(folder)).toEqual(['library.whl']);
      server?.close();
    }
  });

  test('begins again without a validator: two halves of nobody knows what are not joined', async () => {
    const { request, server: { requests } } = await setUp((incoming, response, visit) => serve(incoming, response, visit === 1 ? { until: 90_000 } : {}));
    expect(await downloadFile(unknown(request))).toMatchObject({ sha256: SHA256 });
    expect(rangesOf(requests)).toEqual([undefined, undefined]);
  });

  test('a file that changed in the middle is fetched anew, whether or not the server honours If-Range', async () => {
    const changed = Buffer.from(CONTENT.toReversed());
    for (const honours of [true, false]) {
      const { request } = await setUp((incoming, response, visit) => {
        if (visit === 1) return serve(incoming, response, { headers: { etag: '"one"' }, until: 90_000 });
        if (!honours) delete incoming.headers['if-range'];
        return serve(incoming, response, { content: changed, headers: { etag: '"two"' } });
      });
      await downloadFile(unknown(request));
      expect((await readFile(request.file)).equals(changed)).toBe(true);
      server?.close();
    }
  });

  test('a whole part that an earlier run left needs no server', async () => {
    const { request, server: { requests } } = await setUp(wellServed);
    await writeFile(`${request.file}.part`, CONTENT);
    await writeFile(`${request.file}.part.json`, JSON.stringify({ url: request.url, total: CONTENT.length }));
    expect(await downloadFile(unknown(request))).toMatchObject({ sha256: SHA256 });
    expect(requests).toEqual([]);
  });

  test('an answer without a length ends where the connection ends it', async () => {
    const { request } = await setUp((_, response) => response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(CONTENT));
    expect(await downloadFile(unknown(request))).toMatchObject({ sha256: SHA256 });
  });
});

describe('downloadFile refuses', () => {
  test('a part of another file under the known sum: it is thrown away and fetched once more', async () => {
    const { request, server: { requests } } = await setUp(wellServed);
    await writeFile(`${request.file}.part`, Buffer.alloc(1000));
    await downloadFile(request);
    expect(rangesOf(requests)).toEqual(['bytes=1000-', undefined]);
    expect((await readFile(request.file)).equals(CONTENT)).toBe(true);
  });

  test('a web page in place of the file', async () => {
    const { request } = await setUp((_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>Sign in'));
    await expect(downloadFile(request)).rejects.toThrow(/expected a file, got a web page; open the page.*--from FILE/u);
  });

  test('a redirect to an unencrypted address, before it is asked; one to this machine is followed', async () => {
    const { request, server: { requests } } = await setUp((incoming, response) => {
      if (incoming.url === '/library.whl') response.writeHead(302, { location: '/moved' }).end();
      else serve(incoming, response);
    });
    await downloadFile(request);
    expect(requests.map(({ url }) => url)).toEqual(['/library.whl', '/moved']);
    server?.close();
    const away = await setUp((_, response) => response.writeHead(302, { location: 'http://mirror.example/library.whl' }).end());
    await expect(downloadFile(away.request)).rejects.toThrow(/a redirect to an https address, got one to http:\/\/mirror\.example/u);
    expect(away.server.requests).toHaveLength(1);
  });

  test('redirects without end, and an address that is unencrypted or none', async () => {
    const { request } = await setUp((_, response) => response.writeHead(301, { location: '/again' }).end());
    await expect(downloadFile(request)).rejects.toThrow(/at most 20 redirects/u);
    await expect(downloadFile({ ...request, url: 'http://mirror.example/a' })).rejects.toThrow(/expected an https address, got http/u);
    await expect(downloadFile({ ...request, url: 'file:///etc/hosts' })).rejects.toThrow(/expected an https address, got file/u);
    await expect(downloadFile({ ...request, url: 'nowhere' })).rejects.toThrow(/expected an address/u);
  });

  test('a host that does not exist: no network', async () => {
    const { request } = await setUp(wellServed);
    await expect(downloadFile({ ...request, url: 'https://weights.invalid/a' })).rejects.toThrow(/no answer from weights\.invalid.*check the network/u);
  });

  test('more than the disk has room for, before anything comes', async () => {
    const huge = String(2 ** 52);
    const { request, folder } = await setUp((_, response) => response.writeHead(200, { 'content-length': huge }).flushHeaders());
    await expect(downloadFile(unknown(request))).rejects.toThrow(new RegExp(`expected room for the file, got ${huge} bytes to come and \\d+ free; make room`, 'u'));
    expect(await readdir(folder)).toEqual([]);
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
