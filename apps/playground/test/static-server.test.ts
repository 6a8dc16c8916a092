import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAGE_HEADERS } from '../src/page-security.ts';
import { listen, listenFrom } from '../src/server/listen.ts';
import { staticServer } from '../src/server/static-server.ts';

describe('staticServer', () => {
  const parent = mkdtempSync(join(tmpdir(), 'mfim-server-'));
  const folder = join(parent, 'site');
  const server = staticServer(folder);
  let port: number;

  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'), { recursive: true });
    mkdirSync(join(parent, 'site-secret'));
    writeFileSync(join(folder, 'index.html'), '<p>page</p>');
    writeFileSync(join(folder, 'assets', 'index-AbCd_-12.js'), 'code');
    writeFileSync(join(parent, 'secret.txt'), 'secret');
    writeFileSync(join(parent, 'site-secret', 'secret.txt'), 'secret');
    port = await listen(server, 0);
  });
  afterAll(() => {
    server.close();
    rmSync(parent, { recursive: true });
  });
  const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });

  test('the page, with the headers that isolate it', async () => {
    const response = await ask('/?model=x');
    expect(await response.text()).toBe('<p>page</p>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    for (const [name, value] of Object.entries(PAGE_HEADERS)) expect(response.headers.get(name)).toBe(value);
  });

  test('hashed files may be kept', async () => {
    const response = await ask('/assets/index-AbCd_-12.js');
    expect(response.headers.get('cache-control')).toMatch(/immutable/);
    expect(response.headers.get('content-type')).toMatch(/javascript/);
    expect(await (await ask('/assets/index-AbCd_-12.js', 'HEAD')).text()).toBe('');
  });

  test('other methods and absent files are refused', async () => {
    expect((await ask('/', 'POST')).status).toBe(405);
    expect((await ask('/absent.js')).status).toBe(404);
    expect((await ask('/assets')).status).toBe(404);
    expect((await ask('/%E0%A4%A')).status).toBe(404);
  });

  test.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/../site-secret/secret.txt', '/..%5csecret.txt', '//etc/passwd'])(
    'nothing outside of the folder: %s',
    async (path) => {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
        let text = '';
        socket.on('data', (data) => (text += String(data)));
        socket.on('close', () => resolve(text));
      });
      expect(answer).toMatch(/^HTTP\/1.1 404/);
      expect(answer).not.toContain('secret\n');
    },
  );

  test('takes the next free port', async () => {
    const second = staticServer(folder);
    expect(await listenFrom(second, port)).toBeGreaterThan(port);
    second.close();
  });
});
