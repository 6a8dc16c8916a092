/**
 * Photos to a dataset: decode, find the largest face, align it as FFHQ does (or take the image as it is), drop what is
 * nearly a photo that is there already, write one folder for each size. What cannot be used is skipped, counted and
 * listed with the reason; when too much is, the run stops. A repeated run goes on where the last one ended.
 */
import { alignFfhq } from '@mfim/faces';
import type { FaceFinder } from '@mfim/faces';
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { decodeAhead } from './decode-ahead.ts';
import type { DecodedPhoto } from './decode-ahead.ts';
import { openFaceAdmission } from './face-admission.ts';
import type { DuplicatePolicy, FaceAdmission, NearDuplicate } from './face-admission.ts';
import { faceHash } from './face-hash.ts';
import { ffhqSide } from './ffhq-side.ts';
import { heldOutSplit } from './held-out-split.ts';
import { openCollections } from './photo-collections.ts';
import type { CollectedPhoto, PhotoCollection } from './photo-collections.ts';
import { isInShard } from './shard.ts';
import type { Shard } from './shard.ts';
import { openSizedOutputs } from './sized-outputs.ts';
import type { SizedFolder, SizedOutputs } from './sized-outputs.ts';

/** What to prepare. */
export interface PrepareDatasetOptions {
  readonly collections: readonly PhotoCollection[];
  readonly outputs: readonly SizedFolder[];
  /** Finds the faces; `aligned` when the photos are square, aligned faces already. */
  readonly finder: FaceFinder | 'aligned';
  /** Faces whose aligned crop is smaller in the photo, in pixels, are skipped. */
  readonly minimumFace: number;
  /** The run stops when more than this share of the photos that it read was skipped, 0 to 1. */
  readonly maxSkipped: number;
  readonly duplicates: DuplicatePolicy;
  /** Only this share of the photos; near-duplicates and the held-out split are then for `mergeShards` to find. */
  readonly shard?: Shard;
  /** Told, before the first photo is read, what the sources hold that is not kept. */
  readonly onUnused?: (sentence: string) => void;
  /** Called after each photo that was read. */
  readonly onProgress?: (progress: PreparationProgress) => void;
}

/** How far a run is. */
export interface PreparationProgress {
  /** Photos read by this run. */
  readonly read: number;
  /** Images in the dataset. */
  readonly count: number;
  readonly skipped: number;
  readonly duplicates: number;
  /** At most this many photos in all, those that were there included; undefined where an archive does not say. */
  readonly most: number | undefined;
}

/** A photo that is not in the dataset. */
export interface SkippedImage {
  readonly origin: string;
  readonly reason: string;
  /** How many photos come before it in all; in shards only. */
  readonly place?: number;
}

/** What became of the photos. */
export interface PreparationResult {
  /** Images in the dataset now. */
  readonly count: number;
  /** Photos read by this run; the others were there. */
  readonly read: number;
  readonly skipped: readonly SkippedImage[];
  readonly duplicates: readonly NearDuplicate[];
  /** What the sources hold that is not kept, such as labels. */
  readonly unused: readonly string[];
  /** Why the run ended before all photos were read. What was prepared is kept. */
  readonly stopped?: InputError;
}

/** The share of skipped photos says nothing before this many were read. */
const FEWEST_READ = 50;

interface Run {
  readonly options: PrepareDatasetOptions;
  readonly outputs: SizedOutputs;
  readonly admission: FaceAdmission;
  readonly skipped: SkippedImage[];
  read: number;
}

async function* ofShard(photos: AsyncIterable<CollectedPhoto>, shard: Shard | undefined): AsyncGenerator<CollectedPhoto> {
  for await (const photo of photos) if (shard === undefined || isInShard(photo.origin, shard)) yield photo;
}

/**
 * Prepares collections of photos; photos that every output holds are not read again.
 * @returns what became of the photos; look at `stopped`
 * @throws InputError when a path cannot be read as photos, there are no photos, or too few to hold out
 */
export async function prepareDataset(options: PrepareDatasetOptions): Promise<PreparationResult> {
  const { most, unused, photos } = await openCollections(options.collections);
  for (const sentence of unused) options.onUnused?.(sentence);
  const outputs = await openSizedOutputs(options.outputs);
  const run: Run = { options, outputs, admission: openFaceAdmission(options.duplicates, outputs.records()), skipped: [], read: 0 };
  const { duplicates } = run.admission;
  let stopped: InputError | undefined;
  try {
    for await (const photo of decodeAhead(ofShard(photos(), options.shard), outputs.has)) {
      await preparePhoto(run, photo);
      run.read += 1;
      options.onProgress?.({ read: run.read, count: outputs.count(), skipped: run.skipped.length, duplicates: duplicates.length, most });
      refuseTooManySkipped(run);
    }
    await finish(run);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    stopped = error;
  } finally {
    await outputs.close();
  }
  const { read, skipped } = run;
  return { count: outputs.count(), read, skipped, duplicates, unused, ...(stopped === undefined ? {} : { stopped }) };
}

async function finish({ options, outputs, read }: Run): Promise<void> {
  if (options.shard !== undefined) return outputs.flush();
  if (read === 0 && outputs.count() === 0) {
    const paths = options.collections.flatMap((collection) => collection.paths).join(', ');
    throw new InputError({ where: 'prepareDataset', expected: 'photos (JPEG, PNG, WebP, AVIF, TIFF)', got: `none in ${paths}`, remedy: 'name folders or archives with photos' });
  }
  await outputs.flush();
  outputs.holdOut(heldOutSplit(outputs.records(), options.collections));
}

async function preparePhoto({ options, outputs, admission, skipped }: Run, { origin, licence, place, picture }: DecodedPhoto): Promise<void> {
  const placed = options.shard === undefined ? {} : { place };
  const face = await (picture instanceof InputError ? Promise.reject(picture) : faceOf(picture, options, outputs.largest)).catch(reasonOf);
  if (typeof face === 'string') {
    skipped.push({ origin, reason: face, ...placed });
    return;
  }
  const { aligned, side } = face;
  const hash = faceHash(aligned);
  const joins = options.shard !== undefined || (await admission.admit({ origin, hash, picture: () => aligned }));
  if (joins) await outputs.add(aligned, { origin, split: 'train', licence, faceSide: side, faceHash: hash, ...placed });
}

/** The aligned face and its side in the photo, or the reason why there is none. */
async function faceOf(image: ByteImage, { finder, minimumFace }: PrepareDatasetOptions, size: number): Promise<string | { readonly aligned: ByteImage; readonly side: number }> {
  if (finder === 'aligned') {
    if (image.width !== image.height) return `${image.width} x ${image.height} pixels: aligned faces are square`;
    return image.width < minimumFace ? tooSmall(image.width, minimumFace) : { aligned: image, side: image.width };
  }
  const [face] = await finder.find(image);
  if (face === undefined) return 'no face found';
  const side = ffhqSide(face.landmarks);
  return side < minimumFace ? tooSmall(side, minimumFace) : { aligned: alignFfhq(image, face.landmarks, size), side };
}

function tooSmall(side: number, minimum: number): string {
  return `a face of ${Math.round(side)} pixels, less than ${minimum}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof InputError) return `expected ${error.parts.expected}, got ${error.parts.got}`;
  throw error;
}

function refuseTooManySkipped({ options, skipped, read }: Run): void {
  if (read < FEWEST_READ || skipped.length <= options.maxSkipped * read) return;
  const { origin, reason } = skipped.at(-1) as SkippedImage;
  throw new InputError({
    where: 'prepareDataset',
    expected: `at most ${options.maxSkipped} of the photos skipped (maxSkipped)`,
    got: `${skipped.length} of ${read}, the last ${origin}: ${reason}`,
    remedy: 'look at the reasons in report.html; mend the photos, or raise maxSkipped, and repeat the command: it goes on from here',
  });
}
