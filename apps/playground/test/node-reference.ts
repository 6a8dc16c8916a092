/** The same swap by the Node pipeline, and how far two pictures are apart. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { openFaceFinder } from '@mfim/faces';
import { decodePhoto, readFaceNetworks } from '@mfim/faces/node';
import { createPipeline, openBundle } from '@mfim/pipeline';
import type { Pipeline } from '@mfim/pipeline';
import { folderFiles, nodeRuntime } from '@mfim/pipeline/node';
import type { ByteImage } from '@mfim/tensor-contracts';

/** A pipeline over the bundle in a folder. */
export async function openReference(model: string): Promise<Pipeline> {
  const runtime = await nodeRuntime();
  const [bundle, finder] = await Promise.all([
    openBundle(folderFiles(model), runtime),
    readFaceNetworks().then((networks) => openFaceFinder(runtime, networks)),
  ]);
  return createPipeline({ bundle, finder });
}

/** A photo's pixels. */
export async function readPhoto(file: string): Promise<ByteImage> {
  return decodePhoto(await readFile(file), basename(file));
}

/** Differences between two pictures, in levels of 255. */
export interface Difference {
  readonly mean: number;
  readonly largest: number;
}

/** @throws Error when the sizes differ */
export function pictureDifference(first: ByteImage, second: ByteImage): Difference {
  if (first.width !== second.width || first.height !== second.height || first.channels !== second.channels) {
    throw new Error(`expected ${first.width} x ${first.height} x ${first.channels}, got ${second.width} x ${second.height} x ${second.channels}`);
  }
  let [sum, largest] = [0, 0];
  for (const [index, value] of first.data.entries()) {
    const difference = Math.abs(value - (second.data[index] as number));
    sum += difference;
    largest = Math.max(largest, difference);
  }
  return { mean: sum / first.data.length, largest };
}
