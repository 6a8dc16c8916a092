/** Serves a built playground: files of one folder, with the headers that isolate the page. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PAGE_HEADERS } from '../page-security.ts';
import { contentType } from './content-type.ts';

const HASHED = /\/assets\/[^/]+-[\w-]{8}\.\w+$/;
const YEAR_SECONDS = 31_536_000;

/** The file that an address means; `undefined` when it leads out of the folder or is no address. */
function fileOf(folder: string, url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
    return file.startsWith(folder.endsWith(sep) ? folder : folder + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

interface Site {
  readonly folder: string;
  readonly headers: Readonly<Record<string, string>>;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function serve({ folder, headers }: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.');
  const file = fileOf(folder, request.url ?? '/');
  const size = file === undefined ? undefined : await sizeOf(file);
  if (file === undefined || size === undefined) return refuse(response, 404, 'No such file.');
  response.writeHead(200, {
    ...headers,
    'Content-Type': contentType(file),
    'Content-Length': size,
    'Cache-Control': HASHED.test(file.replaceAll(sep, '/')) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response);
}

/**
 * A server that does not listen yet.
 *
 * @param folder absolute, holding index.html
 * @param headers of every file; others than the default are for trying how poorer hosts behave
 */
export function staticServer(folder: string, headers: Readonly<Record<string, string>> = PAGE_HEADERS): Server {
  const site = { folder, headers };
  return createServer((request, response) => {
    serve(site, request, response).catch(() => response.destroy());
  });
}
