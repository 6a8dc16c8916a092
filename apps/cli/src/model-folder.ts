/**
 * Which model is used: the folder that the caller names, else the one that a variable names, else the first of the repository's
 * `models` folder that holds the file by which such models are known.
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

/** A kind of model. */
interface ModelKind {
  /** The file that every folder of such a model holds. */
  readonly marker: string;
  readonly variable: string;
  readonly expected: string;
}

const BUNDLE: ModelKind = { marker: 'manifest.json', variable: 'MFIM_MODEL', expected: 'a model bundle' };
const FACE_REGRESSOR: ModelKind = { marker: 'face3d.json', variable: 'MFIM_FACE3D', expected: 'a face regressor as mfim-train export-face3d writes it' };

function firstWith(marker: string): string | undefined {
  const root = repositoryRoot();
  const models = root === undefined ? undefined : join(root, 'models');
  if (models === undefined || !existsSync(models)) return undefined;
  const names = readdirSync(models).toSorted();
  return names.map((name) => join(models, name)).find((path) => existsSync(join(path, marker)));
}

function findFolder({ marker, variable }: ModelKind, { model, environment }: ModelChoice): string | undefined {
  const named = model ?? environment[variable];
  return named !== undefined && named !== '' ? named : firstWith(marker);
}

function folderOf(kind: ModelKind, choice: ModelChoice): string {
  const found = findFolder(kind, choice);
  if (found !== undefined) return found;
  const { marker, variable, expected } = kind;
  throw new InputError({ where: 'model', expected, got: 'none', remedy: `name a folder that holds ${marker} with --model, or set ${variable}` });
}

/** The bundle that swaps. @throws InputError when none is named and none is found */
export function modelFolder(choice: ModelChoice): string {
  return folderOf(BUNDLE, choice);
}

/** The regressor that reads faces in 3D, or `undefined` when none is named and none is found. */
export function findFaceModel(choice: ModelChoice): string | undefined {
  return findFolder(FACE_REGRESSOR, choice);
}

/** The regressor that reads faces in 3D. @throws InputError when none is named and none is found */
export function faceModelFolder(choice: ModelChoice): string {
  return folderOf(FACE_REGRESSOR, choice);
}
