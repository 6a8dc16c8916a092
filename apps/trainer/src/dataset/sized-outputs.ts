/**
 * One aligned face into several dataset folders that differ in size, each a Lanczos reduction of the same image. A
 * folder that has the image already is left alone, so an interrupted run can be repeated.
 */
import { resample } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { ImageRecord } from './dataset-index.ts';
import { openDatasetWriter } from './dataset-writer.ts';
import type { DatasetWriter } from './dataset-writer.ts';

/** A dataset folder and the side of its images in pixels. */
export interface SizedFolder {
  readonly folder: string;
  readonly size: number;
}

/** Dataset folders that are filled together. */
export interface SizedOutputs {
  /** Side of the largest images: what a photo is aligned to. */
  readonly largest: number;
  /** Whether every folder holds an image of this origin. */
  readonly has: (origin: string) => boolean;
  /** Appends an aligned square RGB image in every size; writes to disk every `FLUSH_EVERY` images and on `close`. */
  readonly add: (aligned: ByteImage, record: ImageRecord) => Promise<void>;
  /** The same with pixels at hand, `[size, size, 3]` for each size asked for. */
  readonly put: (record: ImageRecord, pixelsOf: (size: number) => Uint8Array | Promise<Uint8Array>) => Promise<void>;
  /** Images in the first folder, those waiting to be written included. */
  readonly count: () => number;
  /** Records of the first folder, without those waiting to be written. */
  readonly records: () => readonly ImageRecord[];
  /** Puts the images of these origins into the held-out split of every folder. */
  readonly holdOut: (origins: ReadonlySet<string>) => void;
  /** Writes what is waiting. */
  readonly flush: () => Promise<void>;
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
  const outputs = await openOutputs(folders);
  const flush = async (): Promise<void> => {
    for (const output of outputs) await flushOutput(output);
  };
  const put: SizedOutputs['put'] = async (record, pixelsOf) => {
    for (const output of outputs.filter(({ origins }) => !origins.has(record.origin))) {
      output.waiting.push({ pixels: await pixelsOf(output.size), record });
      output.origins.add(record.origin);
      if (output.waiting.length >= FLUSH_EVERY) await flushOutput(output);
    }
  };
  return {
    largest: Math.max(...folders.map(({ size }) => size)),
    has: (origin) => outputs.every(({ origins }) => origins.has(origin)),
    add: (aligned, record) => put(record, (size) => pixelsAt(aligned, size)),
    put,
    count: () => outputs[0]?.origins.size ?? 0,
    records: () => outputs[0]?.writer.index().images ?? [],
    holdOut: (origins) => {
      for (const { writer } of outputs) writer.holdOut(origins);
    },
    flush,
    close: async () => {
      await flush();
      for (const { writer } of outputs) await writer.close();
    },
  };
}

async function openOutputs(folders: readonly SizedFolder[]): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  try {
    for (const { folder, size } of folders) {
      const writer = await openDatasetWriter(folder, size);
      const origins = new Set(writer.index().images.map(({ origin }) => origin));
      outputs.push({ size, writer, origins, waiting: [] });
    }
    return outputs;
  } catch (error) {
    for (const { writer } of outputs) await writer.close();
    throw error;
  }
}

/** The image itself where it has the size, so that aligned files of that size stay bit for bit what they were. */
function pixelsAt(aligned: ByteImage, size: number): Uint8Array {
  const image = aligned.width === size ? aligned : resample(aligned, { width: size, height: size }, 'lanczos');
  return Uint8Array.from(image.data);
}

async function flushOutput({ waiting, writer }: Output): Promise<void> {
  const images = waiting.splice(0);
  if (images.length === 0) return;
  await writer.append(
    new Uint8Array(Buffer.concat(images.map(({ pixels }) => pixels))),
    images.map(({ record }) => record),
  );
}

