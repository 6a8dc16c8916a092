/** What `mfim weights` works on: the manifest that is asked for, and the cache. */
import { cacheFolder, KNOWN_WEIGHTS, openStore, parseManifest } from '@mfim/weights';
import type { WeightsEntry, WeightStore } from '@mfim/weights';
import type { MfimContext } from '../command-context.ts';
import { readInputFile } from '../input-file.ts';

/** Known weights, and those in the cache. */
export interface WeightsShelf {
  readonly entries: readonly WeightsEntry[];
  readonly store: WeightStore;
}

/** @param manifest a file to use in place of the built-in manifest */
export async function openShelf(context: MfimContext, manifest: string | undefined): Promise<WeightsShelf> {
  const store = await openStore(cacheFolder(context.environment));
  if (manifest === undefined) return { entries: KNOWN_WEIGHTS, store };
  const text = new TextDecoder().decode(await readInputFile(manifest, '--manifest'));
  return { entries: parseManifest(text, `--manifest ${manifest}`), store };
}
