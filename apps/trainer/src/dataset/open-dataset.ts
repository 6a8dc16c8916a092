/**
 * Reads a dataset folder: images by number, and which numbers belong to a split. Pixels stay on disk; an image is one
 * read of size x size x 3 bytes.
 */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { PIXELS_FILE, imageBytes, readIndex } from './dataset-index.ts';
import type { DatasetIndex, ImageRecord } from './dataset-index.ts';

/** A dataset open for reading. It shows the images that the index counted when it was opened. */
export interface Dataset {
  readonly index: DatasetIndex;
  /** Numbers of the images of one split, in file order. */
  readonly numbersOf: (split: ImageRecord['split']) => readonly number[];
  /**
   * Images as bytes `[numbers.length, size, size, 3]`, RGB 0..255.
   * @throws InputError when a number is out of range or the file is cut short
   */
  readonly read: (numbers: readonly number[]) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a dataset folder.
 * @throws InputError when the folder holds no dataset, or fewer pixels than its index says
 */
export async function openDataset(folder: string): Promise<Dataset> {
  const index = await readIndex(folder);
  if (index === undefined || index.count === 0) {
    throw refusal(`a dataset in ${folder}`, index === undefined ? 'no index.json' : 'no images');
  }
  const bytes = imageBytes(index.size);
  const file = await open(path.join(folder, PIXELS_FILE), 'r');
  const { size } = await file.stat();
  if (size < bytes * index.count) {
    await file.close();
    throw refusal(`${bytes * index.count} bytes in ${PIXELS_FILE}`, `${size}`);
  }
  return {
    index,
    numbersOf: (split) => index.images.flatMap((record, number) => (record.split === split ? [number] : [])),
    read: async (numbers) => {
      const pixels = new Uint8Array(numbers.length * bytes);
      for (const [position, number] of numbers.entries()) {
        if (!Number.isInteger(number) || number < 0 || number >= index.count) {
          throw refusal(`image numbers from 0 to ${index.count - 1}`, String(number));
        }
        const { bytesRead } = await file.read(pixels, position * bytes, bytes, number * bytes);
        if (bytesRead !== bytes) throw refusal(`image ${number} whole`, `${bytesRead} of ${bytes} bytes`);
      }
      return pixels;
    },
    close: () => file.close(),
  };
}

function refusal(expected: string, got: string): InputError {
  return new InputError({ where: 'openDataset', expected, got, remedy: 'prepare the dataset again, or name another folder' });
}
