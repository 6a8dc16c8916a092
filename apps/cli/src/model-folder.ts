/**
 * Which model bundle is used: `--model`, else MFIM_MODEL, else the first bundle of the repository's
 * `models` folder.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { repositoryRoot } from './repository-root.ts';

/** What the caller said about the model. */
export interface ModelChoice {
  readonly model?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

function firstBundle(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).toSorted();
  return names.map((name) => join(folder, name)).find((path) => existsSync(join(path, 'manifest.json')));
}

/** @throws InputError when no bundle is named and none is found. */
export function modelFolder({ model, environment }: ModelChoice): string {
  const named = model ?? environment['MFIM_MODEL'];
  if (named !== undefined && named !== '') return named;
  const root = repositoryRoot();
  const found = root === undefined ? undefined : firstBundle(join(root, 'models'));
  if (found === undefined) {
    throw new InputError({
      where: 'model',
      expected: 'a model bundle',
      got: 'none',
      remedy: 'name a folder that holds manifest.json with --model, or set MFIM_MODEL',
    });
  }
  return found;
}
