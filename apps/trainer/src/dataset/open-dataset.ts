/**
 * Reads images of a dataset folder by their numbers, from the file, so that a set of any size needs no more memory than
 * the images asked for. Reads may overlap: each names its own place in the file.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { PIXELS_FILE, imageBytes, readIndex } from './dataset-index.ts';
import type { DatasetIndex, ImageRecord } from './dataset-index.ts';

/** A dataset open for reading. It shows the images that the index counted when it was opened. */
export interface Dataset {
  readonly index: DatasetIndex;
  /** Side of the images in pixels. */
  readonly size: number;
  /** How many images there are. */
  readonly count: number;
  /** Numbers of the images of one split, in file order. */
  readonly numbersOf: (split: ImageRecord['split']) => readonly number[];
  /**
   * Images as bytes `[numbers.length, size, size, 3]`, RGB 0..255.
   * @param into - where to put them instead of new memory: at least that many bytes; its beginning is returned
   * @throws InputError when a number is out of range, `into` is too small or the file is cut short
   */
  readonly read: (numbers: readonly number[], into?: Uint8Array) => Promise<Uint8Array>;
  /** @throws InputError when the file is longer or shorter than the images that the index counts. */
  readonly checkLength: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Neighbouring images that are read at once. */
interface Run {
  readonly first: number;
  readonly position: number;
  count: number;
}

/** One call of the operating system reads no more than this, 64 MiB. */
const READ_BYTES = 2 ** 26;

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
  const file = await open(path.join(folder, PIXELS_FILE), 'r').catch(() => {
    throw refusal(`${PIXELS_FILE} in ${folder}`, 'no such file');
  });
  const { size } = await file.stat();
  if (size < bytes * index.count) {
    await file.close();
    throw refusal(`${bytes * index.count} bytes in ${PIXELS_FILE}`, `${size}`);
  }
  return {
    index,
    size: index.size,
    count: index.count,
    numbersOf: (split) => index.images.flatMap((record, number) => (record.split === split ? [number] : [])),
    read: async (numbers, into) => {
      const pixels = room(numbers.length * bytes, into);
      const runs = runsOf(numbers, index.count, Math.max(1, Math.floor(READ_BYTES / bytes)));
      await Promise.all(runs.map((run) => readRun(file, pixels, { run, bytes })));
      return pixels;
    },
    checkLength: async () => {
      const length = (await file.stat()).size;
      if (length !== bytes * index.count) throw refusal(`${bytes * index.count} bytes in ${PIXELS_FILE}`, `${length}`);
    },
    close: () => file.close(),
  };
}

function room(bytes: number, into: Uint8Array | undefined): Uint8Array {
  if (into === undefined) return new Uint8Array(bytes);
  if (into.length >= bytes) return into.subarray(0, bytes);
  throw new ShapeError({ where: 'Dataset.read', expected: `room for ${bytes} bytes`, got: `${into.length}`, remedy: 'pass a larger array' });
}

function runsOf(numbers: readonly number[], count: number, longest: number): readonly Run[] {
  const runs: Run[] = [];
  for (const [position, number] of numbers.entries()) {
    if (!Number.isInteger(number) || number < 0 || number >= count) {
      throw refusal(`image numbers from 0 to ${count - 1}`, String(number));
    }
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === number && last.count < longest) last.count += 1;
    else runs.push({ first: number, position, count: 1 });
  }
  return runs;
}

async function readRun(file: FileHandle, pixels: Uint8Array, { run, bytes }: { readonly run: Run; readonly bytes: number }): Promise<void> {
  const length = run.count * bytes;
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(pixels, run.position * bytes + done, length - done, run.first * bytes + done);
    if (bytesRead === 0) throw refusal(`images ${run.first} to ${run.first + run.count - 1} whole`, `${done} of ${length} bytes`);
    done += bytesRead;
  }
}

function refusal(expected: string, got: string): InputError {
  return new InputError({ where: 'openDataset', expected, got, remedy: 'prepare the dataset again, or name another folder' });
}
