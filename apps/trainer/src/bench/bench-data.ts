/** A dataset in memory of as many random images as a batch has: time does not depend on what is in them. */
import { seededNormal } from '@mfim/nn';
import type { TrainingConfig } from '../config/training-config.ts';
import { imageBytes } from '../dataset/dataset-index.ts';
import type { TrainingSet } from '../training/training-set.ts';

const GREY = 127.5;
const DEVIATION = 60;

function randomPixels(count: number, seed: number): Uint8Array {
  return Uint8Array.from(seededNormal(seed)(count), (value) => Math.min(255, Math.max(0, Math.round(GREY + DEVIATION * value))));
}

/** The same images for the same config. */
export function benchData({ batch, generator: { resolution }, seed }: TrainingConfig): TrainingSet {
  const bytes = imageBytes(resolution);
  const pixels = randomPixels(batch * bytes, seed);
  const numbers = Array.from({ length: batch }, (_, number) => number);
  const images = numbers.map(() => ({ origin: 'random', split: 'train' as const, licence: 'none' }));
  return {
    training: numbers,
    targets: numbers,
    heldOut: [],
    dataset: {
      index: { format: 'mfim-dataset', version: 1, size: resolution, count: batch, images },
      size: resolution,
      count: batch,
      numbersOf: (split) => (split === 'train' ? numbers : []),
      read: (wanted) => Promise.resolve(Uint8Array.from(wanted.flatMap((number) => [...pixels.subarray(number * bytes, (number + 1) * bytes)]))),
      checkLength: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  };
}
