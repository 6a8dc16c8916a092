/**
 * `index.json` of a dataset folder: how many images `images.u8` holds, their size, and for each one its origin, split
 * and licence class. The pixels are `count` times `size x size x 3` bytes, RGB, row by row.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';

/** Name of the index inside a dataset folder. */
export const INDEX_FILE = 'index.json';
/** Name of the pixels inside a dataset folder. */
export const PIXELS_FILE = 'images.u8';

const recordSchema = z.strictObject({
  origin: z.string().min(1),
  split: z.enum(['train', 'held-out']),
  licence: z.string().min(1),
});

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
 * Reads a dataset's index.
 * @returns the index, or undefined when the folder has none
 * @throws InputError when the file is not a dataset index
 */
export async function readIndex(folder: string): Promise<DatasetIndex | undefined> {
  const file = path.join(folder, INDEX_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
  const parsed = indexSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new InputError({
      where: 'readIndex',
      expected: `a dataset index in ${file}`,
      got: z.prettifyError(parsed.error),
      remedy: 'prepare the dataset again in an empty folder',
    });
  }
  return parsed.data;
}

/** Replaces a dataset's index in one step: readers see the old one or the new one. */
export async function writeIndex(folder: string, index: DatasetIndex): Promise<void> {
  const temporary = path.join(folder, `${INDEX_FILE}.part`);
  await writeFile(temporary, JSON.stringify(index));
  await rename(temporary, path.join(folder, INDEX_FILE));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
