/**
 * The head model that a regressor's coefficients are of: ICT-FaceKit's (MIT), which is no part of MFIM. It comes from `--basis`, else from
 * the weights that the user has added to the cache; without one, pose and coefficients are known and no mesh.
 */
import type { HeadModel } from '@mfim/face3d';
import type { OpenFaceFacts } from '@mfim/losses-3dmm';
import { readIct } from '@mfim/losses-3dmm/node';
import type { IctFiles } from '@mfim/losses-3dmm/node';
import { InputError } from '@mfim/tensor-contracts';
import { cacheFolder, isIntact, readStored, storedPath } from '@mfim/weights';

/** What the caller said about the basis. */
export interface BasisChoice {
  /** The folder of its meshes, that with its three files, or the archive among them. */
  readonly basis?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Under which names the three files are looked for in the cache. */
const STORED_NAMES: Readonly<Record<keyof IctFiles, string>> = { arrays: 'ict-facekit-light', names: 'ict-facekit-names', landmarks: 'ict-facekit-landmarks' };

/** How to get one, for messages. */
export const BASIS_REMEDY =
  'name the folder FaceXModel of ICT-FaceKit (https://github.com/ICT-VGL/ICT-FaceKit, MIT) with --basis, or one with its arrays (mfim face3d --help)';

/** The file of a name in the cache, if it is there and whole. */
async function storedFile(folder: string, name: string): Promise<string | undefined> {
  const version = (await readStored({ folder }, name))?.versions[0];
  if (version === undefined) return undefined;
  if (await isIntact({ folder }, version)) return storedPath({ folder }, version.sha256);
  throw new InputError({ where: `weights ${name}`, expected: 'the file in the cache as it was', got: 'a missing or changed one', remedy: `put it back with: mfim weights add FILE --name ${name}` });
}

async function storedBasis(environment: BasisChoice['environment']): Promise<IctFiles | undefined> {
  const folder = cacheFolder(environment);
  const [arrays, names, landmarks] = await Promise.all([STORED_NAMES.arrays, STORED_NAMES.names, STORED_NAMES.landmarks].map((name) => storedFile(folder, name)));
  return arrays === undefined || names === undefined || landmarks === undefined ? undefined : { arrays, names, landmarks };
}

/** @throws InputError when the coefficients of `facts` are not of this head */
function checkBasis({ basis, expressionNames }: HeadModel, facts: OpenFaceFacts, where: string): void {
  const modes = basis.identity.length / basis.mean.length;
  const unlike = expressionNames.findIndex((name, index) => name !== facts.expressionNames[index]);
  const wrong =
    basis.name !== facts.model ? [`the head model ${facts.model}`, basis.name]
    : modes < facts.network.identity ? [`${facts.network.identity} identity modes or more`, `${modes}`]
    : expressionNames.length !== facts.expressionNames.length ? [`${facts.expressionNames.length} expressions`, `${expressionNames.length}`]
    : unlike >= 0 ? [`expression ${unlike} to be ${facts.expressionNames[unlike]}`, expressionNames[unlike] as string]
    : undefined;
  if (wrong === undefined) return;
  const [expected, got] = wrong as [string, string];
  throw new InputError({ where, expected: `${expected}, as the regressor ${facts.name} was trained with`, got, remedy: 'pass the basis that the regressor was trained with' });
}

/**
 * Reads the basis of a regressor.
 *
 * @returns `undefined` when none is named and none is in the cache
 * @throws InputError when it is damaged, or of another kind or size than the regressor's
 */
export async function openBasis({ basis, environment }: BasisChoice, facts: OpenFaceFacts): Promise<HeadModel | undefined> {
  const place = basis ?? (await storedBasis(environment));
  if (place === undefined) return undefined;
  const head = await readIct(place);
  checkBasis(head, facts, basis === undefined ? 'the basis in the weights' : `--basis ${basis}`);
  return head;
}
