/**
 * `index.json` of a dataset folder: how many images `images.u8` holds, their size, and for each one its origin, split
 * and licence class. The pixels are `count` times `size x size x 3` bytes, RGB, row by row. While a folder is filled,
 * records are appended to `index.journal.jsonl` and join the index when it is closed, so that a set of 70,000 images is
 * not written anew with every few.
 */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import { parseJson } from '../files/parse-json.ts';
import { replaceFile } from '../files/replace-file.ts';

/** Name of the index inside a dataset folder. */
export const INDEX_FILE = 'index.json';
/** Name of the pixels inside a dataset folder. */
export const PIXELS_FILE = 'images.u8';

/** Name of the records that are not in the index yet. */
export const JOURNAL_FILE = 'index.journal.jsonl';

const SHA256_HEX = /^[\da-f]{64}$/u;

const recordSchema = z.strictObject({
  origin: z.string().min(1),
  split: z.enum(['train', 'held-out']),
  licence: z.string().min(1),
  /** Side of the aligned crop in pixels of the photo it came from. */
  faceSide: z.number().positive().optional(),
  /** See `face-hash.ts`. */
  faceHash: z.string().regex(SHA256_HEX).optional(),
  /** Where its photo stood among all; in shards only (`merge-shards.ts`). */
  place: z.number().int().nonnegative().optional(),
  /** SHA-256 of the image's pixels. Absent only in datasets that were made before there was one. */
  sha256: z.string().regex(SHA256_HEX).optional(),
});

const journalSchema = z.strictObject({ number: z.number().int().nonnegative(), ...recordSchema.shape });

const indexSchema = z
  .strictObject({
    format: z.literal('mfim-dataset'),
    version: z.literal(1),
    size: z.number().int().positive(),
    count: z.number().int().nonnegative(),
    images: z.array(recordSchema),
  })
  .refine(({ count, images }) => images.length === count, { error: 'count differs from the number of images listed' });

/** What is known about one image. */
export type ImageRecord = z.infer<typeof recordSchema>;

/** A dataset's table of contents. */
export type DatasetIndex = z.infer<typeof indexSchema>;

/** Bytes of one RGB image. */
export function imageBytes(size: number): number {
  return size * size * 3;
}

/** An index without images. */
export function emptyIndex(size: number): DatasetIndex {
  return { format: 'mfim-dataset', version: 1, size, count: 0, images: [] };
}

/**
 * Reads a dataset's index, its journal included.
 * @returns the index, or undefined when the folder has none
 * @throws InputError when the file is not a dataset index, or the journal does not continue it
 */
export async function readIndex(folder: string): Promise<DatasetIndex | undefined> {
  // The journal first: a writer that closes in between has moved its records into the index.
  const journal = await readText(path.join(folder, JOURNAL_FILE));
  const file = path.join(folder, INDEX_FILE);
  const text = await readText(file);
  if (text === undefined) return undefined;
  const parsed = indexSchema.safeParse(parseJson(text));
  if (!parsed.success) throw notAnIndex(file, z.prettifyError(parsed.error));
  return journal === undefined ? parsed.data : withJournal(parsed.data, journal, path.join(folder, JOURNAL_FILE));
}

/** Replaces a dataset's index in one step and ends its journal: readers see the old index or the new one. */
export async function writeIndex(folder: string, index: DatasetIndex): Promise<void> {
  await replaceFile(path.join(folder, INDEX_FILE), JSON.stringify(index), 'free some space and repeat the command; images that were written are kept');
  await rm(path.join(folder, JOURNAL_FILE), { force: true });
}

/** Lines of the journal for records whose first has this number. */
export function journalLines(first: number, records: readonly ImageRecord[]): string {
  return records.map((record, offset) => `${JSON.stringify({ number: first + offset, ...record })}\n`).join('');
}

/** The last line may be cut short by a killed writer; it is dropped. Lines that the index holds already are skipped. */
function withJournal(index: DatasetIndex, journal: string, file: string): DatasetIndex {
  const images = [...index.images];
  for (const line of journal.split('\n').slice(0, -1)) {
    const parsed = journalSchema.safeParse(parseJson(line));
    if (!parsed.success) throw notAnIndex(file, z.prettifyError(parsed.error));
    const { number, ...record } = parsed.data;
    if (number > images.length) throw notAnIndex(file, `record ${number} after ${images.length} records`);
    if (number === images.length) images.push(record);
  }
  return { ...index, count: images.length, images };
}

function notAnIndex(file: string, got: string): InputError {
  return new InputError({
    where: 'readIndex',
    expected: `a dataset index in ${file}`,
    got,
    remedy: 'prepare the dataset again in an empty folder',
  });
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
