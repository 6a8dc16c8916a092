/**
 * Writes a dataset folder image by image. Pixels are appended first, then the index is replaced: whatever the index
 * counts is complete on disk, so a reader may open the folder while it grows, and a writer that was killed goes on
 * where the index ends.
 */
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { PIXELS_FILE, emptyIndex, imageBytes, readIndex, writeIndex } from './dataset-index.ts';
import type { DatasetIndex, ImageRecord } from './dataset-index.ts';

/** An open dataset folder. */
export interface DatasetWriter {
  /** What the folder holds so far. */
  readonly index: () => DatasetIndex;
  /** Appends images: `pixels` holds `records.length` images of size x size x 3 bytes. */
  readonly append: (pixels: Uint8Array, records: readonly ImageRecord[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a dataset folder for appending; creates it where it is absent.
 * @param folder - the dataset folder
 * @param size - side of its images in pixels
 * @throws InputError when the folder holds images of another size
 */
export async function openDatasetWriter(folder: string, size: number): Promise<DatasetWriter> {
  await mkdir(folder, { recursive: true });
  let index = (await readIndex(folder)) ?? emptyIndex(size);
  if (index.size !== size) {
    throw new InputError({
      where: 'openDatasetWriter',
      expected: `images of ${size} pixels in ${folder}`,
      got: `a dataset of ${index.size} pixels`,
      remedy: 'name another folder',
    });
  }
  const file = await openPixels(path.join(folder, PIXELS_FILE), index.count * imageBytes(size));
  return {
    index: () => index,
    append: async (pixels, records) => {
      if (pixels.length !== records.length * imageBytes(size)) {
        throw new ShapeError({
          where: 'DatasetWriter.append',
          expected: `${records.length} x ${imageBytes(size)} bytes`,
          got: `${pixels.length} bytes`,
          remedy: 'pass one record for each image',
        });
      }
      await file.write(pixels, 0, pixels.length, index.count * imageBytes(size));
      await file.datasync();
      index = { ...index, count: index.count + records.length, images: [...index.images, ...records] };
      await writeIndex(folder, index);
    },
    close: () => file.close(),
  };
}

async function openPixels(name: string, bytes: number): Promise<FileHandle> {
  const file = await open(name, bytes === 0 ? 'w+' : 'r+');
  const { size } = await file.stat();
  if (size < bytes) {
    await file.close();
    throw new InputError({
      where: 'openDatasetWriter',
      expected: `at least ${bytes} bytes in ${name}`,
      got: `${size}`,
      remedy: 'prepare the dataset again in an empty folder',
    });
  }
  await file.truncate(bytes);
  return file;
}
