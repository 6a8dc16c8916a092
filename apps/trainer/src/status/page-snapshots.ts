/**
 * The snapshots that fit into one page, as data addresses. There is room for a stated number of pictures and bytes; beyond
 * it they are thinned out evenly, and the first and the last stay. A picture too large for a page is
 * made smaller.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { SnapshotFile } from './read-run.ts';

/** Bytes of all pictures, before the third that base64 adds. */
const ROOM_BYTES = 16_000_000;
const MOST_PICTURES = 240;
/** A larger file is made smaller. */
const LARGEST_PICTURE = 1_000_000;
/** Its width then, in pixels, and its quality in WebP. */
const SMALLER_WIDTH = 1024;
const SMALLER_QUALITY = 85;
/** What such a picture takes then, about, for planning. */
const SMALLER_BYTES = 300_000;

/** A picture in the page. */
export interface PageSnapshot {
  readonly step: number;
  /** `data:` address. */
  readonly address: string;
}

/** The pictures, and what was done to them, for people. */
export interface PageSnapshots {
  readonly pictures: readonly PageSnapshot[];
  readonly note: string;
}

/** `keep` positions of `count`, evenly spread; the first and the last are among them when there are two. */
export function spreadEvenly(count: number, keep: number): readonly number[] {
  if (keep >= count) return Array.from({ length: count }, (_, index) => index);
  if (keep <= 1) return keep === 1 ? [count - 1] : [];
  return Array.from({ length: keep }, (_, index) => Math.round((index * (count - 1)) / (keep - 1)));
}

/** What a file takes in the page. */
const pageBytes = ({ bytes }: SnapshotFile): number => (bytes > LARGEST_PICTURE ? SMALLER_BYTES : bytes);

/** The files to show: as many as there is room for, evenly spread. */
export function thinOut(files: readonly SnapshotFile[], room = ROOM_BYTES, most = MOST_PICTURES): readonly SnapshotFile[] {
  for (let keep = Math.min(most, files.length); keep > 1; keep -= 1) {
    const kept = spreadEvenly(files.length, keep).map((index) => files[index] as SnapshotFile);
    if (kept.reduce((sum, file) => sum + pageBytes(file), 0) <= room) return kept;
  }
  return files.slice(-1);
}

async function addressOf({ file, bytes }: SnapshotFile): Promise<string> {
  const picture = await readFile(file);
  if (bytes <= LARGEST_PICTURE) return `data:image/png;base64,${picture.toString('base64')}`;
  const smaller = await sharp(picture).resize({ width: SMALLER_WIDTH, withoutEnlargement: true }).webp({ quality: SMALLER_QUALITY }).toBuffer();
  return `data:image/webp;base64,${smaller.toString('base64')}`;
}

function noteOf(all: readonly SnapshotFile[], kept: readonly SnapshotFile[], unreadable: number): string {
  const smaller = kept.filter(({ bytes }) => bytes > LARGEST_PICTURE).length;
  return [
    kept.length < all.length ? `${kept.length} of ${all.length} snapshots, evenly spread: the page has room for ${MOST_PICTURES} pictures and ${ROOM_BYTES / 1e6} MB.` : '',
    smaller > 0 ? `${smaller} of them made smaller, at most ${SMALLER_WIDTH} pixels wide (WebP).` : '',
    unreadable > 0 ? `${unreadable} could not be read.` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** @param files steps ascending */
export async function pageSnapshots(files: readonly SnapshotFile[]): Promise<PageSnapshots> {
  const kept = thinOut(files);
  const pictures: PageSnapshot[] = [];
  for (const file of kept) {
    const address = await addressOf(file).catch(() => undefined);
    if (address !== undefined) pictures.push({ step: file.step, address });
  }
  return { pictures, note: noteOf(files, kept, kept.length - pictures.length) };
}
