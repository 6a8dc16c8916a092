/** What `mfim weights get` does. */
import { findVersion, findWeights, isIntact, obtainWeights, progressLine, readStored, storedPath } from '@mfim/weights';
import type { ObtainedWeights } from '@mfim/weights';
import { InputError } from '@mfim/tensor-contracts';
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { askLicence } from '../weights/ask-licence.ts';
import { openShelf } from '../weights/open-shelf.ts';
import type { WeightsShelf } from '../weights/open-shelf.ts';
import type { WeightsGetFlags } from './weights-command.ts';

/** A version that is here: chosen by its sum, or the newest of a file of the user's own. */
async function takeStored({ store }: WeightsShelf, name: string, start: string): Promise<ObtainedWeights> {
  const version = findVersion(await readStored(store, name), name, start);
  if (await isIntact(store, version)) return { path: storedPath(store, version.sha256), version, wasCached: true };
  throw new InputError({ where: `${name}@${version.sha256}`, expected: 'the file in the cache as it was', got: 'a missing or changed one', remedy: `put it back with: mfim weights get ${name}, or mfim weights add FILE --name ${name}` });
}

async function obtain(context: MfimContext, flags: WeightsGetFlags, named: string): Promise<ObtainedWeights> {
  const shelf = await openShelf(context, flags.manifest);
  const [name = '', start] = named.split('@', 2);
  if (start !== undefined) return takeStored(shelf, name, start);
  const isOwn = !shelf.entries.some((entry) => entry.name === name) && (await readStored(shelf.store, name).catch(() => undefined)) !== undefined;
  if (isOwn) {
    const newest = (await readStored(shelf.store, name))?.versions[0]?.sha256 ?? '';
    return takeStored(shelf, name, newest);
  }
  const entry = findWeights(shelf.entries, name);
  await askLicence(context, shelf.store, { entry, accepted: flags.acceptLicence });
  const { stderr } = context.process;
  const onProgress = progressLine({ isTTY: context.ask !== undefined, write: (text) => stderr.write(text) });
  const from = flags.from === undefined ? {} : { from: flags.from };
  return obtainWeights(shelf.store, entry, { ...from, update: flags.update, say: (line) => remark(context, line), onProgress });
}

/** Prints the path of the checked file. @throws InputError when it cannot be had */
export async function getWeights(context: MfimContext, flags: WeightsGetFlags, named: string): Promise<void> {
  const { path, version, wasCached } = await obtain(context, flags, named);
  if (flags.json) print(context, JSON.stringify({ path, wasCached, ...version }, undefined, 2));
  else print(context, path);
}
