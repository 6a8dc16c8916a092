/**
 * Shards of a dataset, prepared by as many processes, to the one dataset that a single process would have made: images in
 * the order of their photos, near-duplicates looked for over the whole, the held-out split drawn from the whole. Every
 * image is held against its sum on the way. A merge that was interrupted is repeated, and goes on.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError, byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { outputsOf } from './dataset-config.ts';
import { readIndex } from './dataset-index.ts';
import type { ImageRecord } from './dataset-index.ts';
import { sha256 } from './dataset-writer.ts';
import { openFaceAdmission } from './face-admission.ts';
import type { DuplicatePolicy, FaceAdmission } from './face-admission.ts';
import { heldOutSplit } from './held-out-split.ts';
import { openDataset } from './open-dataset.ts';
import type { Dataset } from './open-dataset.ts';
import type { PreparationResult } from './prepare-dataset.ts';
import { readShardManifest } from './shard-manifest.ts';
import type { ShardManifest } from './shard-manifest.ts';
import { SHARDS_FOLDER } from './shard.ts';
import { openSizedOutputs } from './sized-outputs.ts';
import type { SizedFolder, SizedOutputs } from './sized-outputs.ts';

/** What became of the shards. */
export interface MergedShards {
  readonly result: PreparationResult;
  readonly outputs: readonly SizedFolder[];
  readonly duplicates: DuplicatePolicy;
}

/** An image of a shard: where it stood among all photos, and its numbers in the shard's datasets by size. */
interface ShardImage {
  readonly record: ImageRecord;
  readonly place: number;
  readonly bySize: ReadonlyMap<number, { readonly dataset: Dataset; readonly number: number }>;
}

function refusal(where: string, parts: { readonly expected: string; readonly got: string; readonly remedy: string }): InputError {
  return new InputError({ where, ...parts });
}

/** A shard's folder and what it says of itself. */
interface FoundShard extends ShardManifest {
  readonly folder: string;
}

async function findShards(folder: string): Promise<readonly FoundShard[]> {
  const place = path.join(folder, SHARDS_FOLDER);
  const names = (await readdir(place).catch(() => [])).toSorted();
  if (names.length === 0) throw refusal(place, { expected: 'shards', got: 'none', remedy: 'prepare them first: mfim-train dataset prepare ... --shard 1/4, and so on' });
  const shards: FoundShard[] = [];
  for (const name of names) shards.push({ ...(await readShardManifest(path.join(place, name))), folder: path.join(place, name) });
  return shards;
}

const listed = (numbers: readonly number[]): string => numbers.join(', ');

/** @throws InputError when a shard is missing, is not done, or was prepared with other settings */
function checkWhole(folder: string, shards: readonly FoundShard[]): void {
  const [first] = shards as readonly [FoundShard];
  const counts = [...new Set(shards.map(({ shard }) => shard.count))];
  if (counts.length > 1) throw refusal(folder, { expected: 'shards of one count', got: `shards of ${counts.join(' and of ')}`, remedy: `remove those of the other count from ${SHARDS_FOLDER}` });
  const other = shards.find(({ settings }) => JSON.stringify(settings) !== JSON.stringify(first.settings));
  if (other !== undefined) {
    throw refusal(folder, { expected: `settings of shard ${first.shard.index}: ${JSON.stringify(first.settings)}`, got: `in shard ${other.shard.index} ${JSON.stringify(other.settings)}`, remedy: 'prepare one of them again in an empty folder' });
  }
  const done = shards.filter(({ complete }) => complete).map(({ shard }) => shard.index);
  const missing = Array.from({ length: first.shard.count }, (_, index) => index + 1).filter((index) => !done.includes(index));
  if (missing.length === 0) return;
  throw refusal(folder, { expected: `${first.shard.count} whole shards`, got: `shard ${listed(missing)} missing or not done`, remedy: `run: mfim-train dataset prepare ... --shard ${missing[0]}/${first.shard.count}; it goes on where it stopped` });
}

/** The images of one shard, with their numbers in each size; a shard may have none. */
async function imagesOfShard({ folder, settings: { sizes } }: FoundShard, opened: Dataset[]): Promise<readonly ShardImage[]> {
  const images = new Map<string, ShardImage & { readonly bySize: Map<number, { readonly dataset: Dataset; readonly number: number }> }>();
  for (const output of outputsOf({ out: folder, sizes })) {
    if (((await readIndex(output.folder))?.count ?? 0) === 0) continue;
    const dataset = await openDataset(output.folder);
    opened.push(dataset);
    for (const [number, record] of dataset.index.images.entries()) {
      const image = images.get(record.origin) ?? { record, place: record.place ?? 0, bySize: new Map() };
      image.bySize.set(output.size, { dataset, number });
      images.set(record.origin, image);
    }
  }
  return [...images.values()];
}

async function pixelsAt({ record: { origin }, bySize }: ShardImage, size: number): Promise<Uint8Array> {
  const at = bySize.get(size);
  if (at === undefined) throw refusal(origin, { expected: `an image of ${size} pixels in its shard`, got: 'none', remedy: 'prepare this shard again; it goes on where it stopped' });
  const pixels = await at.dataset.read([at.number]);
  if (sha256(pixels) === at.dataset.index.images[at.number]?.sha256) return pixels;
  throw refusal(origin, { expected: 'the pixels that its shard wrote', got: 'others', remedy: 'copy or prepare this shard again' });
}

interface Merge {
  readonly images: readonly ShardImage[];
  readonly outputs: SizedOutputs;
  readonly admission: FaceAdmission;
  readonly onProgress: ((done: number, total: number) => void) | undefined;
}

async function copyImages({ images, outputs, admission, onProgress }: Merge): Promise<void> {
  for (const [position, image] of images.entries()) {
    const { place: _, sha256: __, ...record } = image.record;
    const { origin, faceHash: hash } = record;
    const side = outputs.largest;
    const picture = async (): Promise<ByteImage> => byteImage(await pixelsAt(image, side), { width: side, height: side, channels: 3 });
    const joins = !outputs.has(origin) && (hash === undefined || (await admission.admit({ origin, hash, picture })));
    if (joins) await outputs.put(record, (size) => pixelsAt(image, size));
    onProgress?.(position + 1, images.length);
  }
  await outputs.flush();
}

/** By place, then by name where photos joined between two runs. */
function inOrder(one: ShardImage, other: ShardImage): number {
  return one.place - other.place || (one.record.origin < other.record.origin ? -1 : 1);
}

async function fill({ settings }: FoundShard, images: readonly ShardImage[], request: { readonly outputs: readonly SizedFolder[]; readonly onProgress: Merge['onProgress'] }) {
  const outputs = await openSizedOutputs(request.outputs);
  const admission = openFaceAdmission(settings.duplicates, outputs.records());
  try {
    await copyImages({ images: images.toSorted(inOrder), outputs, admission, onProgress: request.onProgress });
    outputs.holdOut(heldOutSplit(outputs.records(), settings.collections.map((collection) => ({ ...collection, paths: [] }))));
  } finally {
    await outputs.close();
  }
  return { count: outputs.count(), duplicates: admission.duplicates };
}

function resultOf(shards: readonly FoundShard[], filled: Pick<PreparationResult, 'count' | 'duplicates'>): PreparationResult {
  const skipped = shards.flatMap((shard) => shard.skipped).toSorted((one, other) => one.place - other.place);
  return {
    ...filled,
    read: shards.reduce((sum, { read }) => sum + read, 0),
    skipped: skipped.map(({ origin, reason }) => ({ origin, reason })),
    unused: [...new Set(shards.flatMap(({ unused }) => unused))],
  };
}

/**
 * Merges the shards of a dataset's folder into it; the shards stay.
 *
 * @throws InputError when shards are missing, not done, of several preparations, or damaged; or there are too few images to hold out
 */
export async function mergeShards(folder: string, onProgress?: (done: number, total: number) => void): Promise<MergedShards> {
  const shards = await findShards(folder);
  checkWhole(folder, shards);
  const [first] = shards as readonly [FoundShard];
  const outputs = outputsOf({ out: folder, sizes: first.settings.sizes });
  const opened: Dataset[] = [];
  try {
    const images: ShardImage[] = [];
    for (const shard of shards) images.push(...(await imagesOfShard(shard, opened)));
    if (images.length === 0) throw refusal(folder, { expected: 'shards with images', got: 'none in any', remedy: 'look at the reasons in the shards\' reports' });
    return { result: resultOf(shards, await fill(first, images, { outputs, onProgress })), outputs, duplicates: first.settings.duplicates };
  } finally {
    for (const dataset of opened) await dataset.close();
  }
}
