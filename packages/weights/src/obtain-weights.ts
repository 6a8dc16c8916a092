/**
 * Obtains weights: from the cache, from a file that the user brings, or from one of their addresses. What the manifest knows (bytes,
 * sum) must hold; what it does not know is pinned by the first file that comes, and must hold from then on (trust on first use).
 */
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { checkContent, describeTrust, pinOf } from './content-pin.ts';
import type { Arrival, ContentPin } from './content-pin.ts';
import { downloadFile } from './download/download-file.ts';
import type { DownloadRequest } from './download/download-request.ts';
import { fileSha256 } from './file-sha256.ts';
import { withLock } from './store/file-lock.ts';
import { isLicenceAccepted } from './store/licence-consent.ts';
import { admitFile, copyIn, isIntact, readStored, storedPath, workPath } from './store/weight-store.ts';
import type { StoredVersion, WeightStore } from './store/weight-store.ts';
import { describeLicence } from './weights-entry.ts';
import type { WeightsEntry } from './weights-entry.ts';

/** How weights are obtained. */
export interface ObtainOptions {
  /** A file that is already here: nothing is downloaded. */
  readonly from?: string;
  /** Take what the address has now, even when another content was pinned by an earlier download. */
  readonly update?: boolean;
  /** Told in plain lines: what happens, what is trusted. */
  readonly say?: (line: string) => void;
  readonly onProgress?: DownloadRequest['onProgress'];
  /** How patient a download is; for tests. */
  readonly patience?: Pick<DownloadRequest, 'pauseMilliseconds' | 'stallMilliseconds'>;
}

/** Weights that lie in the cache. */
export interface ObtainedWeights {
  readonly path: string;
  readonly version: StoredVersion;
  /** Whether they were there before. */
  readonly wasCached: boolean;
}

interface Job {
  readonly store: WeightStore;
  readonly entry: WeightsEntry;
  readonly options: ObtainOptions;
  readonly say: (line: string) => void;
}

/** Checks a complete file and takes it into the cache, or removes it. */
async function keep({ store, entry, say }: Job, pin: ContentPin, came: Arrival): Promise<ObtainedWeights> {
  const { file, from, bytes, sha256 } = came;
  try {
    checkContent(entry, pin, came);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  const version: StoredVersion = { sha256, bytes, from, obtained: new Date().toISOString(), trust: pin.trust };
  const path = await admitFile(store, file, { name: entry.name, version });
  say(`${entry.name}: ${bytes} bytes, sha256 ${sha256}${describeTrust(entry, pin)}`);
  return { path, version, wasCached: false };
}

async function bringIn(job: Job, pin: ContentPin, from: string): Promise<ObtainedWeights> {
  const { store, entry } = job;
  const isFile = await stat(from).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw new InputError({ where: `--from ${from}`, expected: `the file ${entry.file}`, got: 'no such file', remedy: 'check the path' });
  const file = await copyIn(store, entry.name, from);
  const { size: bytes } = await stat(file);
  return keep(job, pin, { file, from: basename(from), bytes, sha256: await fileSha256(file) });
}

async function fetchFrom({ store, entry, options }: Job, pin: ContentPin, url: string): Promise<Arrival> {
  const file = workPath(store, entry.name);
  const known = { ...(pin.bytes === undefined ? {} : { bytes: pin.bytes }), ...(pin.sha256 === undefined ? {} : { sha256: pin.sha256 }) };
  const listener = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  return { file, from: url, ...(await downloadFile({ url, file, ...known, ...options.patience, ...listener })) };
}

/** Tries the addresses in turn; the last failure is thrown, the others are told. */
async function fetchAny(job: Job, pin: ContentPin): Promise<ObtainedWeights> {
  const { entry, say } = job;
  const { urls = [], byHand = '', page } = entry;
  for (const [index, url] of urls.entries()) {
    say(`${entry.name}: downloading ${entry.file} from ${new URL(url).host}`);
    try {
      return await keep(job, pin, await fetchFrom(job, pin, url));
    } catch (error) {
      if (!(error instanceof InputError) || index === urls.length - 1) throw error;
      say(`${error.message}; trying the next address`);
    }
  }
  throw new InputError({ where: entry.name, expected: `the file ${entry.file}, fetched by hand`, got: 'no file', remedy: `${byHand} See ${page}, then run: mfim weights get ${entry.name} --from FILE` });
}

async function obtainLocked(job: Job): Promise<ObtainedWeights> {
  const { store, entry, options, say } = job;
  const newest = (await readStored(store, entry.name))?.versions[0];
  const current = entry.sha256 === undefined || newest?.sha256 === entry.sha256 ? newest : undefined;
  const pin = pinOf(entry, options.update === true ? undefined : current);
  if (current !== undefined && options.update !== true && options.from === undefined) {
    if (await isIntact(store, current)) return { path: storedPath(store, current.sha256), version: current, wasCached: true };
    say(`${entry.name}: the file in the cache is missing or damaged; it is fetched again`);
    await rm(storedPath(store, current.sha256), { force: true });
  }
  return options.from === undefined ? fetchAny(job, pin) : bringIn(job, pin, options.from);
}

/**
 * Leaves the weights in the cache, checked; two processes at once download once.
 *
 * @throws InputError when their licence was not accepted, and for everything that `downloadFile` refuses
 */
export async function obtainWeights(store: WeightStore, entry: WeightsEntry, options: ObtainOptions = {}): Promise<ObtainedWeights> {
  if (!(await isLicenceAccepted(store, entry))) {
    throw new InputError({
      where: entry.name,
      expected: 'its licence to be accepted before the first use',
      got: `no answer yet (${describeLicence(entry).map((line) => line.replaceAll(/ +/gu, ' ')).join('; ')})`,
      remedy: 'read the terms, and pass --accept-licence when you accept them',
    });
  }
  const say = options.say ?? (() => undefined);
  const onWait = (): void => say(`${entry.name}: another process is at it; waiting`);
  return withLock(`${workPath(store, entry.name)}.lock`, { onWait }, () => obtainLocked({ store, entry, options, say }));
}
