/**
 * One number for a whole dataset: SHA-256 over the size and, for each image in order, its origin, split, licence and
 * the SHA-256 of its pixels. The sums of the pixels lie in the index, so this reads the index alone; `verifyDataset`
 * holds them against the pixels.
 */
import { createHash } from 'node:crypto';
import { InputError } from '@mfim/tensor-contracts';
import type { DatasetIndex } from './dataset-index.ts';
import { sha256 } from './dataset-writer.ts';
import { openDataset } from './open-dataset.ts';
import type { Dataset } from './open-dataset.ts';

/** What `verifyDataset` found to be true. */
export interface VerifiedDataset {
  readonly size: number;
  readonly count: number;
  /** As of `datasetHash`. */
  readonly hash: string;
  /** Images without a stored sum, of a dataset from before there was one: these prove nothing but their length. */
  readonly unsummed: number;
}

const MOST_LISTED = 5;

/**
 * @param folder - of a dataset
 * @returns 64 hexadecimal digits; the same for the same images, records and order, wherever the folder lies
 * @throws InputError when the folder holds no dataset, or fewer pixels than its index says
 */
export async function datasetHash(folder: string): Promise<string> {
  const dataset = await openDataset(folder);
  try {
    return hashOf(dataset.index, await sumsOf(dataset));
  } finally {
    await dataset.close();
  }
}

/**
 * Reads every pixel and holds it against the index.
 * @throws InputError when the pixels have another length than the index says, or images differ from their sums
 */
export async function verifyDataset(folder: string, onProgress?: (done: number, total: number) => void): Promise<VerifiedDataset> {
  const dataset = await openDataset(folder);
  try {
    await dataset.checkLength();
    const changed: string[] = [];
    const sums: string[] = [];
    for (const [number, { origin, sha256: stored }] of dataset.index.images.entries()) {
      const sum = sha256(await dataset.read([number]));
      sums.push(sum);
      if (stored !== undefined && stored !== sum) changed.push(`${number} (${origin})`);
      onProgress?.(number + 1, dataset.count);
    }
    if (changed.length > 0) throw changedImages(folder, changed);
    const unsummed = dataset.index.images.filter((record) => record.sha256 === undefined).length;
    return { size: dataset.size, count: dataset.count, hash: hashOf(dataset.index, sums), unsummed };
  } finally {
    await dataset.close();
  }
}

/** The stored sums; those that are missing are computed. */
async function sumsOf(dataset: Dataset): Promise<readonly string[]> {
  const sums: string[] = [];
  for (const [number, record] of dataset.index.images.entries()) {
    sums.push(record.sha256 ?? sha256(await dataset.read([number])));
  }
  return sums;
}

function hashOf({ size, images }: DatasetIndex, sums: readonly string[]): string {
  const hash = createHash('sha256').update(`mfim-dataset ${size}\n`);
  for (const [number, { origin, split, licence }] of images.entries()) {
    hash.update(`${JSON.stringify([origin, split, licence, sums[number]])}\n`);
  }
  return hash.digest('hex');
}

function changedImages(folder: string, changed: readonly string[]): InputError {
  const more = changed.length > MOST_LISTED ? ` and ${changed.length - MOST_LISTED} more` : '';
  return new InputError({
    where: folder,
    expected: 'the pixels that were written',
    got: `${changed.length} changed: image ${changed.slice(0, MOST_LISTED).join(', image ')}${more}`,
    remedy: 'copy the dataset again, or prepare it again in an empty folder',
  });
}
