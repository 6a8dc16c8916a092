/**
 * One connection: asks for what is missing and writes it as it comes. A range is asked for only when the file can be recognised:
 * by If-Range (ETag or date), or by a SHA-256 that is known beforehand.
 */
import type { FileHandle } from 'node:fs/promises';
import { isOtherVersion, readAnswer, STATUS_PART, STATUS_WHOLE } from './answer.ts';
import { checkRoom } from './disk-room.ts';
import { downloadError } from './download-error.ts';
import type { DownloadRequest } from './download-request.ts';
import { Interruption } from './interruption.ts';
import { dropPart, openPart, partSize, readOrigin, validatorOf, writeOrigin } from './part-file.ts';
import type { PartOrigin } from './part-file.ts';
import { secureFetch } from './secure-fetch.ts';
import { watchStall } from './stall-watch.ts';

const STALL_MILLISECONDS = 60_000;
const STATUS_GONE = new Set([404, 410]);
const STATUS_BAD_RANGE = 416;
const STATUS_SERVER_FAULT = 500;
/** Request timeout, too many requests: the server asks for another attempt. */
const STATUS_LATER = new Set([408, 429]);

interface Continuation {
  readonly start: number;
  readonly origin?: PartOrigin;
  readonly headers: Readonly<Record<string, string>>;
}

async function planRequest({ url, file, sha256 }: DownloadRequest): Promise<Continuation> {
  const size = await partSize(file);
  const origin = await readOrigin(file);
  const validator = origin === undefined || origin.url !== url ? undefined : validatorOf(origin);
  if (size === 0 || (validator === undefined && sha256 === undefined)) return { start: 0, headers: {} };
  const headers = { Range: `bytes=${size}-`, ...(validator === undefined ? {} : { 'If-Range': validator }) };
  return { start: size, headers, ...(origin === undefined ? {} : { origin }) };
}

async function checkStatus({ url, file }: DownloadRequest, response: Response): Promise<void> {
  const { status, headers } = response;
  const isPage = headers.get('content-type')?.startsWith('text/html') === true;
  if ((status === STATUS_WHOLE || status === STATUS_PART) && !isPage) return;
  await response.body?.cancel();
  if (status === STATUS_BAD_RANGE) {
    await dropPart(file);
    throw new Interruption('the server has no such range; begun again');
  }
  if (status >= STATUS_SERVER_FAULT || STATUS_LATER.has(status)) throw new Interruption(`HTTP ${status}`);
  const remedy = 'open the page of the project in a browser, save the file, and pass it with --from FILE';
  if (status === STATUS_WHOLE || status === STATUS_PART) throw downloadError(url, { expected: 'a file', got: 'a web page', remedy });
  throw downloadError(url, { expected: 'a file', got: `HTTP ${status}${STATUS_GONE.has(status) ? ', which means that it is not there' : ''}`, remedy });
}

async function writeBody(wanted: DownloadRequest, response: Response, place: { readonly handle: FileHandle; readonly start: number; readonly total: number | undefined; alive(): void }): Promise<void> {
  const { handle, start, total } = place;
  const limit = wanted.bytes ?? total;
  let done = start;
  for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    place.alive();
    if (limit !== undefined && done + chunk.length > limit) throw downloadError(wanted.url, { expected: `${limit} bytes`, got: `more than ${limit} bytes` });
    await handle.write(chunk, 0, chunk.length, done);
    done += chunk.length;
    wanted.onProgress?.(done, limit);
  }
  await handle.sync();
  if (limit !== undefined && done < limit) throw new Interruption('the connection ended early');
}

async function receive(wanted: DownloadRequest, watch: { readonly signal: AbortSignal; alive(): void }): Promise<void> {
  const { url, file, bytes } = wanted;
  const plan = await planRequest(wanted);
  const response = await secureFetch(url, { headers: { 'Accept-Encoding': 'identity', ...plan.headers }, signal: watch.signal, allowUnencrypted: wanted.allowUnencrypted ?? false });
  await checkStatus(wanted, response);
  const { start, origin } = readAnswer(url, response);
  if (bytes !== undefined && origin.total !== undefined && origin.total !== bytes) {
    await response.body?.cancel();
    throw downloadError(url, { expected: `${bytes} bytes`, got: `an answer that speaks of ${origin.total} bytes`, remedy: 'the file was changed at its source: do not use it; fetch the right one another way and pass it with --from FILE' });
  }
  if (start > 0 && plan.origin !== undefined && isOtherVersion(plan.origin, origin)) {
    await response.body?.cancel();
    await dropPart(file);
    throw new Interruption('the file changed at its source; begun again');
  }
  if (Number.isNaN(start) || start > plan.start) {
    await response.body?.cancel();
    throw downloadError(url, { expected: `bytes from ${plan.start}`, got: `a range that begins at ${start}` });
  }
  await checkRoom(file, (bytes ?? origin.total ?? start) - start);
  const handle = await openPart(file);
  try {
    // In this order: bytes of one version never lie under the note of another.
    await handle.truncate(start);
    await writeOrigin(file, origin);
    await writeBody(wanted, response, { handle, start, total: origin.total, alive: () => watch.alive() });
  } finally {
    await handle.close();
  }
}

/**
 * Continues the part file as far as one connection carries; returns when the file is whole.
 * @throws Interruption when another attempt may help; InputError or an error of the file system when not
 */
export async function attemptDownload(wanted: DownloadRequest): Promise<void> {
  const watch = watchStall(wanted.stallMilliseconds ?? STALL_MILLISECONDS);
  try {
    await receive(wanted, watch);
  } catch (error) {
    if (watch.signal.aborted) throw new Interruption((watch.signal.reason as Error).message);
    // How fetch tells of a body that broke off: a TypeError around the reason.
    if (error instanceof TypeError && error.cause !== undefined) throw new Interruption(error.message);
    throw error;
  } finally {
    watch.end();
  }
}
