/**
 * Writes a dataset folder image by image. Pixels are appended first, then the records: whatever the index and its
 * journal count is complete on disk, so a reader may open the folder while it grows, and a writer that was killed goes
 * on where they end. Every record gets the SHA-256 of its image's pixels.
 */
import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { JOURNAL_FILE, PIXELS_FILE, emptyIndex, imageBytes, journalLines, readIndex, writeIndex } from './dataset-index.ts';
import type { DatasetIndex, ImageRecord } from './dataset-index.ts';

/** An open dataset folder. */
export interface DatasetWriter {
  /** What the folder holds so far. */
  readonly index: () => DatasetIndex;
  /** Appends images: `pixels` holds `records.length` images of size x size x 3 bytes. */
  readonly append: (pixels: Uint8Array, records: readonly ImageRecord[]) => Promise<void>;
  /** Puts the images of these origins into the held-out split, when the writer closes. */
  readonly holdOut: (origins: ReadonlySet<string>) => void;
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
  const stored = (await readIndex(folder)) ?? emptyIndex(size);
  if (stored.size !== size) throw otherSize(folder, size, stored.size);
  let images = [...stored.images];
  const bytes = imageBytes(size);
  const file = await openPixels(path.join(folder, PIXELS_FILE), images.length * bytes);
  // Anew, so that the journal continues this index and holds no half line.
  await writeIndex(folder, { ...stored, count: images.length, images });
  const journal = await open(path.join(folder, JOURNAL_FILE), 'a');
  return {
    index: () => ({ ...stored, count: images.length, images }),
    append: async (pixels, records) => {
      checkPixels(pixels, records, bytes);
      const summed = records.map((record, number) => ({ ...record, sha256: sha256(pixels.subarray(number * bytes, (number + 1) * bytes)) }));
      await onDisk(folder, async () => {
        await writeAll(file, pixels, images.length * bytes);
        await file.datasync();
        await journal.appendFile(journalLines(images.length, summed));
        await journal.datasync();
      });
      images.push(...summed);
    },
    holdOut: (origins) => {
      images = images.map((record) => (origins.has(record.origin) ? { ...record, split: 'held-out' } : record));
    },
    close: async () => {
      await journal.close();
      await file.close();
      await writeIndex(folder, { ...stored, count: images.length, images });
    },
  };
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A single write may end before all bytes are written. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** A full disk, a used-up quota, a file larger than the process may write. */
const FULL_DISK = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

async function onDisk(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (!FULL_DISK.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    throw new InputError({ where: folder, expected: 'room on the disk', got: 'a full disk', remedy: 'free some space and repeat the command; images that were written are kept', cause });
  }
}

function checkPixels(pixels: Uint8Array, records: readonly ImageRecord[], bytes: number): void {
  if (pixels.length === records.length * bytes) return;
  throw new ShapeError({
    where: 'DatasetWriter.append',
    expected: `${records.length} x ${bytes} bytes`,
    got: `${pixels.length} bytes`,
    remedy: 'pass one record for each image',
  });
}

function otherSize(folder: string, size: number, got: number): InputError {
  return new InputError({
    where: 'openDatasetWriter',
    expected: `images of ${size} pixels in ${folder}`,
    got: `a dataset of ${got} pixels`,
    remedy: 'name another folder',
  });
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
