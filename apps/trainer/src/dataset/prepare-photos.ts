/**
 * Photos to a dataset: decode, find the largest face, align it as FFHQ does, write it into one folder for each size.
 * A photo that cannot be read, or has no face, is skipped, counted and listed with the reason.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { FaceFinder } from '@mfim/faces';
import { decodePhoto } from '@mfim/faces/node';
import { InputError } from '@mfim/tensor-contracts';
import type { ImageRecord } from './dataset-index.ts';
import { openSizedOutputs } from './sized-outputs.ts';
import type { SizedFolder, SizedOutputs } from './sized-outputs.ts';

/** A folder of photos (searched with its sub-folders). */
export interface PhotoSource {
  /** Origin names start with it. */
  readonly name: string;
  readonly folder: string;
  /** Licence class written into every record. */
  readonly licence: string;
  /** How many photos are never trained on: those whose names have the smallest SHA-256. Default 0. */
  readonly heldOut?: number;
}

/** What to prepare. */
export interface PreparePhotosOptions {
  readonly sources: readonly PhotoSource[];
  readonly outputs: readonly SizedFolder[];
  readonly finder: FaceFinder;
  /** Called after each photo. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A photo that is not in the dataset. */
export interface SkippedImage {
  readonly origin: string;
  readonly reason: string;
}

/** What became of the images. */
export interface PreparationReport {
  /** Images in the dataset now. */
  readonly count: number;
  readonly skipped: readonly SkippedImage[];
}

interface Photo {
  readonly file: string;
  readonly record: ImageRecord;
}

const PHOTO_NAME = /\.(?:jpe?g|png|webp|avif|tiff?)$/iu;

/**
 * Prepares folders of photos; photos that the outputs already hold are not read again.
 * @throws InputError when a source has no photos, or fewer than `heldOut`
 */
export async function preparePhotos(options: PreparePhotosOptions): Promise<PreparationReport> {
  const photos: Photo[] = [];
  for (const source of options.sources) {
    photos.push(...(await listPhotos(source)));
  }
  const outputs = await openSizedOutputs(options.outputs);
  const skipped: SkippedImage[] = [];
  try {
    for (const [index, photo] of photos.entries()) {
      if (!outputs.has(photo.record.origin)) {
        const reason = await preparePhoto(photo, options.finder, outputs);
        if (reason !== undefined) skipped.push({ origin: photo.record.origin, reason });
      }
      options.onProgress?.(index + 1, photos.length);
    }
    return { count: outputs.count(), skipped };
  } finally {
    await outputs.close();
  }
}

/** Returns the reason when the photo is skipped. */
async function preparePhoto(photo: Photo, finder: FaceFinder, outputs: SizedOutputs): Promise<string | undefined> {
  try {
    const image = await decodePhoto(new Uint8Array(await readFile(photo.file)), path.basename(photo.file));
    const [face] = await finder.find(image);
    if (face === undefined) return 'no face found';
    await outputs.add({ image, landmarks: face.landmarks }, photo.record);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

async function listPhotos(source: PhotoSource): Promise<Photo[]> {
  const names = (await readdir(source.folder, { recursive: true })).filter((name) => PHOTO_NAME.test(name)).toSorted();
  const heldOut = source.heldOut ?? 0;
  if (names.length === 0 || names.length < heldOut) {
    throw new InputError({
      where: 'preparePhotos',
      expected: `at least ${Math.max(1, heldOut)} photos (JPEG, PNG, WebP, AVIF, TIFF) in ${source.folder}`,
      got: `${names.length}`,
      remedy: 'name a folder with photos',
    });
  }
  const kept = new Set(names.toSorted((left, right) => digest(left).localeCompare(digest(right))).slice(0, heldOut));
  return names.map((name) => ({
    file: path.join(source.folder, name),
    record: {
      origin: `${source.name}/${name.split(path.sep).join('/')}`,
      split: kept.has(name) ? 'held-out' : 'train',
      licence: source.licence,
    },
  }));
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
