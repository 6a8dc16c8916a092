/** A real HTTP server on this machine that offers one file, and can misbehave. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** 200 kB that no two places share: byte i is a hash of i. */
export const CONTENT = Buffer.concat(Array.from({ length: 6250 }, (_, index) => createHash('sha256').update(String(index)).digest()));
export const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** Answers the `visit`-th request, counted from 1. */
export type Answering = (request: IncomingMessage, response: ServerResponse, visit: number) => void;

/** How a file is offered. */
export interface Offer {
  readonly content?: Buffer;
  /** The connection is cut at this byte of the file. */
  readonly until?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a range request begins; 0 for none. */
export const rangeStart = ({ headers }: IncomingMessage): number => Number(/bytes=(\d+)-/u.exec(headers.range ?? '')?.[1] ?? 0);

/** Serves ranges as it should, If-Range included. */
export function serve(request: IncomingMessage, response: ServerResponse, { content = CONTENT, until = content.length, headers = {} }: Offer = {}): void {
  const condition = request.headers['if-range'];
  const isSame = condition === undefined || condition === headers['etag'] || condition === headers['last-modified'];
  const from = isSame ? rangeStart(request) : 0;
  if (from >= content.length && from > 0) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const length = { 'content-length': content.length - from, ...headers };
  if (request.headers.range === undefined || !isSame) response.writeHead(200, length);
  else response.writeHead(206, { ...length, 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
  if (until >= content.length) response.end(content.subarray(from));
  else response.write(content.subarray(from, until), () => setTimeout(() => response.destroy(), 20));
}

/** A running server, and what it was asked. */
export interface FileServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  readonly ranges: readonly (string | undefined)[];
  close(): void;
}

/** Starts a server on a free port of this machine. */
export async function startServer(answer: Answering): Promise<FileServer> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/library.whl`,
    requests,
    get ranges() {
      return requests.map(({ headers }) => headers.range);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
