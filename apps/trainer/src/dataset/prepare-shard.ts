/** One shard of a dataset: prepared as a dataset of its own, and described for `merge-shards.ts`. */
import { prepareDataset } from './prepare-dataset.ts';
import type { PreparationResult, PrepareDatasetOptions } from './prepare-dataset.ts';
import { writeShardManifest } from './shard-manifest.ts';
import type { Shard } from './shard.ts';

/** A preparation of one shard; its outputs lie in `folder`. */
export interface PrepareShardOptions extends PrepareDatasetOptions {
  readonly shard: Shard;
  readonly folder: string;
}

/** As `prepareDataset`; near-duplicates and the held-out split are left to the merge. */
export async function prepareShard({ folder, ...options }: PrepareShardOptions): Promise<PreparationResult> {
  const { shard, collections, outputs, finder, minimumFace, duplicates } = options;
  const settings = {
    collections: collections.map(({ name, licence, heldOut }) => ({ name, licence, heldOut })),
    sizes: outputs.map(({ size }) => size),
    aligned: finder === 'aligned',
    minimumFace,
    duplicates: { distance: duplicates.distance, keep: duplicates.keep },
  };
  await writeShardManifest(folder, { shard, settings, complete: false, read: 0, skipped: [], unused: [] });
  const result = await prepareDataset(options);
  const skipped = result.skipped.map(({ origin, reason, place = 0 }) => ({ origin, reason, place }));
  await writeShardManifest(folder, { shard, settings, complete: result.stopped === undefined, read: result.read, skipped, unused: [...result.unused] });
  return result;
}
