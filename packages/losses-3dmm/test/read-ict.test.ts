import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromFloat32, writeSafetensors } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIct } from '../src/node/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mfim-ict-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ARRAYS: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  neutral: [[4, 3], [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]],
  identity: [[1, 4, 3], Array.from({ length: 12 }, (_, at) => at)],
  expression: [[2, 4, 3], Array.from({ length: 24 }, (_, at) => at / 2)],
  faces: [[1, 4], [0, 1, 2, 3]],
  face_uv: [[1, 4], [0, 1, 2, 3]],
  uv: [[4, 2], [0, 0, 1, 0, 1, 1, 0, 1]],
  face_group: [[1], [4]],
};

interface Changes {
  readonly without?: string;
  readonly names?: unknown;
  readonly landmarks?: unknown;
}

/** A quad as a head; safetensors, which is read by its content whatever the name says. */
async function writeModel(name: string, { without, names = { expression: ['jawOpen', 'mouthSmile_L'] }, landmarks = { idx_to_landmark_verts: Array.from({ length: 68 }, (_, at) => at % 4) } }: Changes = {}): Promise<string> {
  const target = path.join(folder, name);
  const tensors = Object.entries(ARRAYS).filter(([array]) => array !== without).map(([array, [shape, data]]) => [array, fromFloat32({ shape, data: Float32Array.from(data) })] as const);
  await mkdir(target);
  await writeFile(path.join(target, 'ict-facekit-light.npz'), writeSafetensors(new Map(tensors)));
  await writeFile(path.join(target, 'names.json'), JSON.stringify(names));
  await writeFile(path.join(target, 'vertex_indices.json'), JSON.stringify(landmarks));
  return target;
}

test('a folder, its archive, and each file by itself give the same head', async () => {
  const place = await writeModel('whole');
  const head = await readIct(place);
  expect(head.basis).toMatchObject({ name: 'ict-facekit-light', millimetresPerUnit: 10, triangles: Int32Array.of(0, 1, 2, 0, 2, 3) });
  expect(head.expressionNames).toEqual(['jawOpen', 'mouthSmile_L']);
  expect(await readIct(path.join(place, 'ict-facekit-light.npz'))).toEqual(head);
  expect(await readIct({ arrays: path.join(place, 'ict-facekit-light.npz'), names: path.join(place, 'names.json'), landmarks: path.join(place, 'vertex_indices.json') })).toEqual(head);
});

test.each([
  ['an array', { without: 'uv' }, /no array named uv/],
  ['names that are none', { names: { expression: [1] } }, /names\.json.*expression\[0\]/],
  ['fewer names than expressions', { names: { expression: ['jawOpen'] } }, /a name for each expression/],
  ['landmarks outside', { landmarks: { idx_to_landmark_verts: Array.from({ length: 68 }, () => 9) } }, /68 landmarks that are vertices/],
  ['no landmarks', { landmarks: {} }, /vertex_indices\.json.*idx_to_landmark_verts/],
] as const)('%s: refused by name', async (name, changes, message) => {
  const place = await writeModel(name, changes);
  await expect(readIct(place)).rejects.toThrow(InputError);
  await expect(readIct(place)).rejects.toThrow(message);
});

test('no folder, no file, no JSON: refused with what to pass', async () => {
  await expect(readIct(path.join(folder, 'nowhere'))).rejects.toThrow(/pass the folder that holds ict-facekit-light\.npz/);
  const place = await writeModel('text');
  await writeFile(path.join(place, 'names.json'), 'names');
  await expect(readIct(place)).rejects.toThrow(InputError);
  await writeFile(path.join(place, 'ict-facekit-light.npz'), 'no archive');
  await expect(readIct(place)).rejects.toThrow(InputError);
});
