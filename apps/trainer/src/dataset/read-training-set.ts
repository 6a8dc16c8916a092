/** Reads a whole dataset folder into memory, which is fast enough for sets of some ten thousand small faces. */
import { InputError } from '@mfim/tensor-contracts';
import type { ImageStore } from '../training/image-batches.ts';
import { openDataset } from './open-dataset.ts';

/** Images and who may train on them. */
export interface TrainingSet {
  readonly store: ImageStore;
  readonly training: readonly number[];
  /** Those of `training` that may be targets. */
  readonly targets: readonly number[];
  readonly heldOut: readonly number[];
}

const FEWEST = 8;

/**
 * @param folder made by `mfim-train dataset`
 * @param sourceOnly origins with these beginnings give identities but are never drawn as targets
 * @throws InputError when there is no dataset, or fewer than 8 images to train on
 */
export async function readTrainingSet(folder: string, sourceOnly: readonly string[] = []): Promise<TrainingSet> {
  const dataset = await openDataset(folder);
  try {
    const { count, size } = dataset.index;
    const bytes = await dataset.read(Array.from({ length: count }, (_, number) => number));
    const training = dataset.numbersOf('train');
    if (training.length < FEWEST) {
      throw new InputError({ where: folder, expected: `${FEWEST} images to train on`, got: `${training.length}`, remedy: 'add photos and prepare the dataset again' });
    }
    const targets = training.filter((number) => {
      const { origin } = dataset.index.images[number] as { readonly origin: string };
      return !sourceOnly.some((beginning) => origin.startsWith(beginning));
    });
    return { store: { size, count, bytes }, training, targets, heldOut: dataset.numbersOf('held-out') };
  } finally {
    await dataset.close();
  }
}
