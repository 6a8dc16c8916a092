/**
 * Downloads one file whose length and SHA-256 are known beforehand. What has come is kept under `FILE.part` and continued by a range
 * request, in this run or the next; the file appears under its name only when its sum is right.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { InputError } from '@mfim/tensor-contracts';
import { fileSha256 } from './file-sha256.ts';
import { installError } from './install-error.ts';

/** What to fetch, and what it must be. */
export interface DownloadRequest {
  readonly url: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly onProgress?: (done: number, total: number) => void;
  /** A connection that is silent this long is given up and taken up again. */
  readonly stallMilliseconds?: number;
  /** Pause before the first new attempt; it doubles. */
  readonly pauseMilliseconds?: number;
}

const STALL_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS = 1000;
/** Attempts in a row that bring nothing. */
const ATTEMPTS = 5;
const STATUS_WHOLE = 200;
const STATUS_PART = 206;
const STATUS_BAD_RANGE = 416;
const STATUS_SERVER_FAULT = 500;

/** A failure that another attempt may mend. */
class Interruption extends Error {}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

const refuse = ({ bytes, url }: DownloadRequest, got: string): InputError =>
  installError({
    expected: `${bytes} bytes of ${url.split('/').at(-1) ?? url}`,
    got,
    remedy: 'check the network and run again; if it stays so, fetch the file another way and pass it with --from FILE',
  });

/** Total length as the answer's headers state it; undefined when they do not. */
function statedLength(response: Response): number | undefined {
  const stated = response.status === STATUS_PART ? /\/(\d+)$/u.exec(response.headers.get('content-range') ?? '')?.[1] : response.headers.get('content-length');
  return stated === undefined || stated === null ? undefined : Number(stated);
}

/** Where the answer's first byte belongs; 0 when the server sends the whole file. */
function answerStart(response: Response): number {
  return response.status === STATUS_PART ? Number(/bytes (\d+)-/u.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN) : 0;
}

async function request(wanted: DownloadRequest, start: number, signal: AbortSignal): Promise<Response> {
  const headers = start > 0 ? { Range: `bytes=${start}-` } : {};
  const response = await fetch(wanted.url, { headers, signal }).catch((cause: unknown) => {
    throw new Interruption(cause instanceof Error ? `${cause.message} ${String(cause.cause ?? '')}` : String(cause));
  });
  if (response.status === STATUS_WHOLE || response.status === STATUS_PART) return response;
  await response.body?.cancel();
  if (response.status === STATUS_BAD_RANGE || response.status >= STATUS_SERVER_FAULT) throw new Interruption(`HTTP ${response.status}`);
  throw refuse(wanted, `HTTP ${response.status}`);
}

async function writeBody(wanted: DownloadRequest, body: AsyncIterable<Uint8Array>, { handle, start, alive }: { handle: FileHandle; start: number; alive: () => void }): Promise<void> {
  let done = start;
  for await (const chunk of body) {
    alive();
    if (done + chunk.length > wanted.bytes) throw refuse(wanted, `more than ${wanted.bytes} bytes`);
    await handle.write(chunk, 0, chunk.length, done);
    done += chunk.length;
    wanted.onProgress?.(done, wanted.bytes);
  }
  await handle.sync();
}

/** One connection: continues the part file as far as the connection carries. */
async function attempt(wanted: DownloadRequest, part: string): Promise<void> {
  const controller = new AbortController();
  const stall = (): NodeJS.Timeout => setTimeout(() => controller.abort(), wanted.stallMilliseconds ?? STALL_MILLISECONDS);
  let timer = stall();
  const handle = await open(part, 'a').then(async (created) => {
    await created.close();
    return open(part, 'r+');
  });
  try {
    const response = await request(wanted, await sizeOf(part), controller.signal);
    const length = statedLength(response);
    const start = answerStart(response);
    if ((length !== undefined && length !== wanted.bytes) || Number.isNaN(start) || start > (await sizeOf(part))) {
      await response.body?.cancel();
      throw refuse(wanted, `an answer that speaks of ${length ?? 'an unknown number of'} bytes`);
    }
    await handle.truncate(start);
    const alive = (): void => {
      clearTimeout(timer);
      timer = stall();
    };
    await writeBody(wanted, (response.body ?? []) as unknown as AsyncIterable<Uint8Array>, { handle, start, alive });
  } catch (error) {
    if (error instanceof Interruption || (error instanceof Error && 'parts' in error) || isDiskError(error)) throw error;
    throw new Interruption(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
    await handle.close();
  }
}

/** A full or read-only disk: no attempt mends that. */
function isDiskError(error: unknown): boolean {
  return ['ENOSPC', 'EROFS', 'EACCES', 'EDQUOT'].includes((error as { code?: string } | null)?.code ?? '');
}

async function fetchAll(wanted: DownloadRequest, part: string): Promise<void> {
  let fruitless = 0;
  for (let size = await sizeOf(part); size < wanted.bytes; ) {
    const before = size;
    try {
      await attempt(wanted, part);
      size = await sizeOf(part);
      if (size < wanted.bytes) throw new Interruption('the connection ended early');
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      size = await sizeOf(part);
      fruitless = size > before ? 0 : fruitless + 1;
      if (error.message === `HTTP ${STATUS_BAD_RANGE}`) await rm(part, { force: true });
      if (fruitless >= ATTEMPTS) throw refuse(wanted, `${size} bytes, which are kept, then: ${error.message}`);
      const pause = (wanted.pauseMilliseconds ?? PAUSE_MILLISECONDS) * 2 ** fruitless;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * Leaves the file under its name, complete and checked.
 * @throws InputError when the server has something else, stays unreachable, or the sum is wrong (the part file is then deleted)
 */
export async function downloadFile(wanted: DownloadRequest): Promise<void> {
  const part = `${wanted.file}.part`;
  if ((await sizeOf(part)) > wanted.bytes) await rm(part);
  await fetchAll(wanted, part);
  const sum = await fileSha256(part);
  if (sum !== wanted.sha256) {
    await rm(part);
    throw installError({
      expected: `sha256 ${wanted.sha256}`,
      got: `${sum}; the download was deleted`,
      remedy: 'run again; if it stays so, the file was changed on its way or at its source: do not use it',
    });
  }
  await rename(part, wanted.file);
}
