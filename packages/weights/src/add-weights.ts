/** Takes a file of the user's own into the cache. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { fileSha256 } from './file-sha256.ts';
import { withLock } from './store/file-lock.ts';
import { admitFile, copyIn, workPath } from './store/weight-store.ts';
import type { StoredVersion, WeightStore } from './store/weight-store.ts';
import type { ObtainedWeights } from './obtain-weights.ts';

/** What the user says of it. */
export interface OwnWeights {
  /** Default: made from the file's name. */
  readonly name?: string;
  readonly kind?: string;
  readonly licence?: string;
  /** Names that are not free: those of the manifest. */
  readonly taken: ReadonlySet<string>;
}

const NAME = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/u;

/** `My Face_v2.PTH` becomes `my-face-v2`. */
function nameFrom(file: string): string {
  const stem = basename(file).replace(/\.[^.]+$/u, '');
  return stem.toLowerCase().replaceAll(/[^a-z0-9.]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/gu, '').replaceAll(/[-.]{2,}/gu, '-');
}

/** @throws InputError for a name that is taken or malformed, or a file that is not there */
export async function addWeights(store: WeightStore, file: string, { name = nameFrom(file), kind, licence, taken }: OwnWeights): Promise<ObtainedWeights & { readonly name: string }> {
  if (!NAME.test(name)) throw new InputError({ where: '--name', expected: 'small letters, digits, dots and dashes', got: `'${name}'`, remedy: 'choose a name such as my-generator' });
  if (taken.has(name)) throw new InputError({ where: '--name', expected: 'a name that is free', got: `'${name}', which the manifest has`, remedy: `choose another with --name, or run: mfim weights get ${name} --from ${file}` });
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw new InputError({ where: file, expected: 'a file', got: 'none', remedy: 'check the path' });
  return withLock(`${workPath(store, name)}.lock`, {}, async () => {
    const copy = await copyIn(store, name, file);
    const { size } = await stat(copy);
    const version: StoredVersion = { sha256: await fileSha256(copy), bytes: size, from: basename(file), obtained: new Date().toISOString(), trust: 'own file' };
    const about = { ...(kind === undefined ? {} : { kind }), ...(licence === undefined ? {} : { licence }) };
    return { name, path: await admitFile(store, copy, { name, ...about, version }), version, wasCached: false };
  });
}
