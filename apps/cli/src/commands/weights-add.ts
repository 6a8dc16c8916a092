/** What `mfim weights add` does. */
import { addWeights } from '@mfim/weights';
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { openShelf } from '../weights/open-shelf.ts';
import type { WeightsAddFlags } from './weights-command.ts';

/** Copies the file into the cache. @throws InputError for a name that is taken, or no file */
export async function addOwnWeights(context: MfimContext, { json, ...about }: WeightsAddFlags, file: string): Promise<void> {
  const { entries, store } = await openShelf(context, undefined);
  const { name, path, version } = await addWeights(store, file, { ...about, taken: new Set(entries.map((entry) => entry.name)) });
  remark(context, `${name}: ${version.bytes} bytes, sha256 ${version.sha256}; from now on: mfim weights get ${name}`);
  print(context, json ? JSON.stringify({ name, path, ...version }, undefined, 2) : path);
}
