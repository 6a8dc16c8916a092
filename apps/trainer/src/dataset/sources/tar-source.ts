/**
 * A tar of photos, plain or gzipped: WebDataset shards and others. As in WebDataset, neighbours with one key (the name
 * up to the first dot of its last part) are one sample, and a sample is one photo: its jpg, else its webp, else its
 * png, so that a mask or a depth map beside a photo is not taken for a face. Samples that have only names such as
 * `anna.left.jpg` give all of them.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Extract } from 'tar-stream';
import { checkInsideName, shownName } from './inside-name.ts';
import { checkPhotoBytes, damagedArchive, isPhotoName } from './photo-source.ts';
import type { PhotoSource, SourcePhoto } from './photo-source.ts';
import { readLimited } from './read-limited.ts';

type Entry = Extract extends AsyncIterable<infer Source> ? Source : never;

/** Extensions of a sample's own photo, the best first. */
const PHOTO_EXTENSIONS = ['jpg', 'jpeg', 'webp', 'png', 'avif', 'tif', 'tiff'];
/** Photos of one key that are held until the key ends; a longer run of them is no sample. */
const MOST_IN_SAMPLE = 16;

/** A photo that was read while the archive streams by; `rank` is its place in `PHOTO_EXTENSIONS`, or the length of it. */
interface Member extends SourcePhoto {
  readonly rank: number;
}

/** @param gzipped whether the tar is compressed */
export function tarSource(file: string, gzipped: boolean): PhotoSource {
  return { path: file, photos: () => photosOf(file, gzipped) };
}

async function* photosOf(file: string, gzipped: boolean): AsyncGenerator<SourcePhoto> {
  let key: string | undefined;
  let sample: Member[] = [];
  let damage: unknown;
  try {
    for await (const { name, member } of membersOf(file, gzipped)) {
      const next = keyOf(name);
      if (next !== key || sample.length >= MOST_IN_SAMPLE) {
        yield* chosen(sample);
        sample = [];
      }
      key = next;
      sample.push(member);
    }
  } catch (error) {
    damage = error;
  }
  yield* chosen(sample);
  if (damage !== undefined) throw damage;
}

function chosen(sample: readonly Member[]): readonly SourcePhoto[] {
  const best = sample.toSorted((left, right) => left.rank - right.rank)[0];
  return best !== undefined && best.rank < PHOTO_EXTENSIONS.length ? [best] : sample;
}

async function* membersOf(file: string, gzipped: boolean): AsyncGenerator<{ readonly name: string; readonly member: Member }> {
  const tar = extract();
  if (gzipped) pipeline(createReadStream(file), createGunzip(), tar, ended);
  else pipeline(createReadStream(file), tar, ended);
  try {
    for await (const entry of tar) {
      const { name, type } = entry.header;
      const isPhoto = (type === 'file' || type === 'contiguous-file') && isPhotoName(name);
      if (isPhoto) yield { name, member: { name: shownName(name), rank: rankOf(name), read: await readEntry(entry, name) } };
      else await drain(entry);
    }
  } catch (cause) {
    throw damagedArchive(file, gzipped ? 'gzipped tar file' : 'tar file', cause);
  }
}

/** Errors of every stage of the pipeline come out of the iteration over its last one. */
function ended(): void {}

/** The bytes, or the reason why there are none, behind a function: the archive streams on either way. */
async function readEntry(entry: Entry, name: string): Promise<() => Promise<Uint8Array>> {
  try {
    checkInsideName(name);
    checkPhotoBytes(name, entry.header.size);
  } catch (error) {
    await drain(entry);
    return () => Promise.reject(error as Error);
  }
  const bytes = await readLimited(entry as AsyncIterable<Uint8Array>, name);
  return () => Promise.resolve(bytes);
}

async function drain(entry: Entry): Promise<void> {
  const chunks = entry[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}

function lastPart(name: string): { readonly folder: string; readonly parts: readonly string[] } {
  const slash = name.lastIndexOf('/') + 1;
  return { folder: name.slice(0, slash), parts: name.slice(slash).split('.') };
}

function keyOf(name: string): string {
  const { folder, parts } = lastPart(name);
  return `${folder}${parts[0] ?? ''}`;
}

function rankOf(name: string): number {
  const { parts } = lastPart(name);
  const rank = PHOTO_EXTENSIONS.indexOf(parts.slice(1).join('.').toLowerCase());
  return rank === -1 ? PHOTO_EXTENSIONS.length : rank;
}
