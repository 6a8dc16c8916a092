/**
 * Downloads one file. What has come is kept under `FILE.part` and continued by a range request, in this run or the next; the file
 * appears under its name only when it is whole and its SHA-256, where it is known beforehand, is right.
 */
import { stat } from 'node:fs/promises';
import { fileSha256 } from '../file-sha256.ts';
import { asDiskError } from './disk-room.ts';
import { attemptDownload } from './download-attempt.ts';
import { downloadError } from './download-error.ts';
import type { DownloadRequest } from './download-request.ts';
import { Interruption } from './interruption.ts';
import { dropPart, finishPart, partOf, partSize, readOrigin } from './part-file.ts';
import { checkAddress } from './secure-fetch.ts';

const PAUSE_MILLISECONDS = 1000;
/** Attempts in a row that bring nothing. */
const ATTEMPTS = 5;

/** What came. */
export interface DownloadedFile {
  readonly bytes: number;
  readonly sha256: string;
}

async function attempt(wanted: DownloadRequest): Promise<Interruption | undefined> {
  try {
    await attemptDownload(wanted);
    return undefined;
  } catch (error) {
    if (error instanceof Interruption) return error;
    throw asDiskError(wanted.file, error) ?? error;
  }
}

async function isWhole({ file, bytes }: DownloadRequest): Promise<boolean> {
  return (await partSize(file)) === (bytes ?? (await readOrigin(file))?.total);
}

async function fetchAll(wanted: DownloadRequest): Promise<void> {
  const { url, file, bytes } = wanted;
  for (let fruitless = 0; !(await isWhole(wanted)); ) {
    const before = await partSize(file);
    const interruption = await attempt(wanted);
    if (interruption === undefined) return;
    const size = await partSize(file);
    fruitless = size > before ? 0 : fruitless + 1;
    if (fruitless >= ATTEMPTS) {
      throw downloadError(url, { expected: bytes === undefined ? 'the file' : `${bytes} bytes`, got: `${size === 0 ? 'nothing' : `${size} bytes, which are kept`}, then: ${interruption.message}`, cause: interruption });
    }
    await new Promise((resolve) => setTimeout(resolve, (wanted.pauseMilliseconds ?? PAUSE_MILLISECONDS) * 2 ** fruitless));
  }
}

/** The sum of what came, or `undefined` when it is wrong and was put together from two connections' worth: then it is worth beginning again. */
async function checkSum(wanted: DownloadRequest, wasContinued: boolean): Promise<string | undefined> {
  const { url, file, sha256 } = wanted;
  const sum = await fileSha256(partOf(file));
  if (sha256 === undefined || sum === sha256) return sum;
  await dropPart(file);
  if (wasContinued) return undefined;
  throw downloadError(url, {
    expected: `sha256 ${sha256}`,
    got: `${sum}; the download was deleted`,
    remedy: 'run again; if it stays so, the file was changed on its way or at its source: do not use it',
  });
}

/**
 * Leaves the file under its name, complete and, where its sum is known, checked.
 *
 * @throws InputError when the server has something else, stays unreachable, sends one elsewhere unencrypted, the disk is full, or the
 *   sum is wrong (the part file is then deleted)
 */
export async function downloadFile(wanted: DownloadRequest): Promise<DownloadedFile> {
  checkAddress(wanted.url, wanted.allowUnencrypted ?? false);
  const { file, bytes } = wanted;
  if (bytes !== undefined && (await partSize(file)) > bytes) await dropPart(file);
  const wasContinued = (await partSize(file)) > 0;
  await fetchAll(wanted);
  let sum = await checkSum(wanted, wasContinued);
  if (sum === undefined) {
    await fetchAll(wanted);
    sum = await checkSum(wanted, false);
  }
  const { size } = await stat(partOf(file));
  await finishPart(file);
  return { bytes: size, sha256: sum as string };
}
