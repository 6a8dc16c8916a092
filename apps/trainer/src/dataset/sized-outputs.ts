/**
 * One aligned face into several dataset folders that differ in size. The largest is aligned from the photo, the others
 * are Lanczos reductions of it. A folder that has the image already is left alone, so an interrupted run can be repeated.
 */
import { alignFfhq, resample } from '@mfim/faces';
import type { Point } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { ImageRecord } from './dataset-index.ts';
import { openDatasetWriter } from './dataset-writer.ts';
import type { DatasetWriter } from './dataset-writer.ts';

/** A dataset folder and the side of its images in pixels. */
export interface SizedFolder {
  readonly folder: string;
  readonly size: number;
}

/** A face found in an image that has not been aligned yet. */
export interface FoundFace {
  readonly image: ByteImage;
  /** 68 points in the image's pixels. */
  readonly landmarks: readonly Point[];
}

/** Dataset folders that are filled together. */
export interface SizedOutputs {
  /** Whether every folder holds an image of this origin. */
  readonly has: (origin: string) => boolean;
  /** Aligns and appends; writes to disk every `FLUSH_EVERY` images and on `close`. */
  readonly add: (face: FoundFace, record: ImageRecord) => Promise<void>;
  /** Images in the first folder, those waiting to be written included. */
  readonly count: () => number;
  readonly close: () => Promise<void>;
}

interface Output {
  readonly size: number;
  readonly writer: DatasetWriter;
  readonly origins: Set<string>;
  readonly waiting: { readonly pixels: Uint8Array; readonly record: ImageRecord }[];
}

const FLUSH_EVERY = 32;

/**
 * Opens (or creates) the folders.
 * @throws InputError when a folder holds images of another size
 */
export async function openSizedOutputs(folders: readonly SizedFolder[]): Promise<SizedOutputs> {
  const outputs: Output[] = [];
  for (const { folder, size } of folders) {
    const writer = await openDatasetWriter(folder, size);
    const origins = new Set(writer.index().images.map(({ origin }) => origin));
    outputs.push({ size, writer, origins, waiting: [] });
  }
  const largest = Math.max(...folders.map(({ size }) => size));
  return {
    has: (origin) => outputs.every(({ origins }) => origins.has(origin)),
    add: async (face, record) => {
      const aligned = alignFfhq(face.image, face.landmarks, largest);
      for (const output of outputs.filter(({ origins }) => !origins.has(record.origin))) {
        const side = { width: output.size, height: output.size };
        const image = output.size === largest ? aligned : resample(aligned, side, 'lanczos');
        output.waiting.push({ pixels: Uint8Array.from(image.data), record });
        output.origins.add(record.origin);
        if (output.waiting.length >= FLUSH_EVERY) await flush(output);
      }
    },
    count: () => outputs[0]?.origins.size ?? 0,
    close: async () => {
      for (const output of outputs) {
        await flush(output);
        await output.writer.close();
      }
    },
  };
}

async function flush({ waiting, writer }: Output): Promise<void> {
  const images = waiting.splice(0);
  if (images.length === 0) return;
  await writer.append(
    new Uint8Array(Buffer.concat(images.map(({ pixels }) => pixels))),
    images.map(({ record }) => record),
  );
}
