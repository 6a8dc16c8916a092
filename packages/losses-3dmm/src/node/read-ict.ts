/**
 * The head model of ICT-FaceKit from its files: its own folder `FaceXModel` of meshes, with `vertex_indices.json` (68 landmarks); or, faster to
 * read, the same as arrays: `ict-facekit-light.npz` (as `IctArrays` names them: neutral, identity, expression, faces, face_uv, uv, face_group;
 * deltas may be float16), `names.json` (names of its coefficients) and `vertex_indices.json`. The model is MIT-licensed and not part of MFIM.
 */
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { openCheckpoint, readTensors, toFloat32 } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { ictHeadModel } from '@mfim/face3d';
import type { HeadModel, IctArrays } from '@mfim/face3d';
import { InputError, checkSchema } from '@mfim/tensor-contracts';
import type { Schema } from '@mfim/tensor-contracts';
import { ictMeshFolder, readIctMeshes } from './ict-meshes.ts';

/** Where the three files are. */
export interface IctFiles {
  readonly arrays: string;
  readonly names: string;
  readonly landmarks: string;
}

const ARRAYS_FILE = 'ict-facekit-light.npz';
const NAMES_FILE = 'names.json';
const LANDMARKS_FILE = 'vertex_indices.json';

const NAMES_SCHEMA: Schema = { type: 'object', required: ['expression'], properties: { expression: { type: 'array', items: { type: 'string', pattern: '.' } } } };
const LANDMARKS_SCHEMA: Schema = { type: 'object', required: ['idx_to_landmark_verts'], properties: { idx_to_landmark_verts: { type: 'array', items: { type: 'integer', minimum: 0 } } } };

function refuse(file: string, got: string, cause?: unknown): never {
  const remedy = `pass ICT-FaceKit's folder FaceXModel, or one that holds ${ARRAYS_FILE}, ${NAMES_FILE} and ${LANDMARKS_FILE}`;
  throw new InputError({ where: file, expected: "a file of ICT-FaceKit's light model", got, remedy, cause });
}

const refuseUnread = (file: string) => (cause: unknown) => refuse(file, cause instanceof Error ? cause.message : String(cause), cause);

async function readJson(file: string, schema: Schema): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(refuseUnread(file));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    refuseUnread(file)(cause);
  }
  const problem = checkSchema(document, schema);
  if (problem !== undefined) refuse(file, `${problem.got} at ${problem.path}, where ${problem.expected} should be`);
  return document;
}

async function readArrays(file: string): Promise<ReadonlyMap<string, RawTensor>> {
  const handle = await open(file).catch(refuseUnread(file));
  try {
    return await readTensors(await openCheckpoint(handle));
  } finally {
    await handle.close();
  }
}

/** The three files of a folder; or an archive of arrays, and the others beside it. */
async function filesAt(place: string): Promise<IctFiles> {
  const isArchive = await stat(place).then(
    (found) => found.isFile(),
    () => false,
  );
  const folder = isArchive ? path.dirname(place) : place;
  return { arrays: isArchive ? place : path.join(folder, ARRAYS_FILE), names: path.join(folder, NAMES_FILE), landmarks: path.join(folder, LANDMARKS_FILE) };
}

async function readLandmarks(file: string): Promise<readonly number[]> {
  const { idx_to_landmark_verts: landmarks } = (await readJson(file, LANDMARKS_SCHEMA)) as { readonly idx_to_landmark_verts: readonly number[] };
  return landmarks;
}

/** The arrays of an archive and what lies beside it. */
async function readStored(files: IctFiles): Promise<IctArrays> {
  const stored = await readArrays(files.arrays);
  const numbers = (name: string): Float32Array => {
    const array = stored.get(name);
    return array === undefined ? refuse(files.arrays, `no array named ${name}`) : toFloat32(array);
  };
  const arrays = {
    neutral: numbers('neutral'),
    identity: numbers('identity'),
    expression: numbers('expression'),
    // Indices are below 2^24, which float32 holds exactly.
    faces: numbers('faces'),
    faceUv: numbers('face_uv'),
    uv: numbers('uv'),
    faceGroups: numbers('face_group'),
  };
  const { expression: expressionNames } = (await readJson(files.names, NAMES_SCHEMA)) as { readonly expression: readonly string[] };
  return { ...arrays, expressionNames, landmarks: await readLandmarks(files.landmarks) };
}

/**
 * Reads the model.
 *
 * @param place ICT-FaceKit's folder or `FaceXModel` in it; the folder with the three files, the archive of arrays among them, or each of them
 * @throws InputError when one is missing, damaged or of another model
 */
export async function readIct(place: string | IctFiles): Promise<HeadModel> {
  if (typeof place !== 'string') return ictHeadModel(await readStored(place));
  const meshes = await ictMeshFolder(place);
  if (meshes === undefined) return ictHeadModel(await readStored(await filesAt(place)));
  return ictHeadModel({ ...(await readIctMeshes(meshes)), landmarks: await readLandmarks(path.join(meshes, LANDMARKS_FILE)) });
}
