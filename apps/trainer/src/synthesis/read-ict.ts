/**
 * The head model of ICT-FaceKit from a folder with `ict-facekit-light.npz` (arrays, float16 deltas), `names.json` (names of its
 * coefficients) and ICT-FaceKit's own `vertex_indices.json` (68 landmarks). The files are MIT-licensed and not part of MFIM.
 */
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openCheckpoint, readTensors, toFloat32 } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { ictHeadModel } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import { parseJson } from '../files/parse-json.ts';

const ARRAYS_FILE = 'ict-facekit-light.npz';
const NAMES_FILE = 'names.json';
const LANDMARKS_FILE = 'vertex_indices.json';

const namesSchema = z.object({ expression: z.array(z.string().min(1)) });
const landmarksSchema = z.object({ idx_to_landmark_verts: z.array(z.number().int().nonnegative()) });

const noFile = (file: string, cause: unknown): InputError =>
  new InputError({ where: file, expected: "a file of ICT-FaceKit's light model", got: String(cause), remedy: 'pass the folder that holds the three files with --model', cause });

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw noFile(file, cause);
  });
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw noFile(file, z.prettifyError(parsed.error));
}

async function readArrays(file: string): Promise<ReadonlyMap<string, RawTensor>> {
  const handle = await open(file).catch((cause: unknown) => {
    throw noFile(file, cause);
  });
  try {
    return await readTensors(await openCheckpoint(handle));
  } finally {
    await handle.close();
  }
}

/**
 * Reads the model.
 *
 * @param folder with the three files
 * @throws InputError when one is missing, damaged or of another model
 */
export async function readIct(folder: string): Promise<HeadModel> {
  const file = path.join(folder, ARRAYS_FILE);
  const arrays = await readArrays(file);
  const { expression: expressionNames } = await readJson(path.join(folder, NAMES_FILE), namesSchema);
  const { idx_to_landmark_verts: landmarks } = await readJson(path.join(folder, LANDMARKS_FILE), landmarksSchema);
  const numbers = (name: string): Float32Array => {
    const array = arrays.get(name);
    if (array === undefined) throw noFile(file, `no array named ${name}`);
    return toFloat32(array);
  };
  return ictHeadModel({
    neutral: numbers('neutral'),
    identity: numbers('identity'),
    expression: numbers('expression'),
    // Indices are below 2^24, which float32 holds exactly.
    faces: numbers('faces'),
    faceUv: numbers('face_uv'),
    uv: numbers('uv'),
    faceGroups: numbers('face_group'),
    expressionNames,
    landmarks,
  });
}
