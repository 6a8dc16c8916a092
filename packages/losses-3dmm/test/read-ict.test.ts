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
  await expect(readIct(path.join(folder, 'nowhere'))).rejects.toThrow(/pass ICT-FaceKit's folder FaceXModel, or one that holds ict-facekit-light\.npz/);
  const place = await writeModel('text');
  await writeFile(path.join(place, 'names.json'), 'names');
  await expect(readIct(place)).rejects.toThrow(InputError);
  await writeFile(path.join(place, 'ict-facekit-light.npz'), 'no archive');
  await expect(readIct(place)).rejects.toThrow(InputError);
});

const OBJ = `mtllib ICTFaceModelMaterial.mtl
v 0.000 0 0
v 1 0 0
v 1 1 0
v 0 1e-3 0
vt 0 0
vt 1 0
vt 1 1
g head
usemtl M_Face
f 1/1 2/2 3/3 4/1
usemtl M_Teeth
f 1/1/1 3/3/1 4/2/1
`;
/** The neutral mesh with its second vertex elsewhere. */
const moved = (x: number): string => OBJ.replace('v 1 0 0', `v ${x} 0 0`);

async function writeMeshes(name: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const target = path.join(folder, name, 'FaceXModel');
  await mkdir(target, { recursive: true });
  const files = { 'generic_neutral_mesh.obj': OBJ, 'identity001.obj': moved(3), 'identity000.obj': moved(2), 'mouthSmile_L.obj': moved(1), 'PupilDilate_L.obj': moved(0.5), 'vertex_indices.json': JSON.stringify({ idx_to_landmark_verts: Array.from({ length: 68 }, (_, at) => at % 4) }), ...changes };
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(target, file), text);
  return path.join(folder, name);
}

test("value: ICT-FaceKit's own meshes, from its folder or FaceXModel in it: modes in the order of their names, materials as groups", async () => {
  const place = await writeMeshes('meshes');
  const head = await readIct(place);
  expect(await readIct(path.join(place, 'FaceXModel'))).toEqual(head);
  expect([...head.basis.mean]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, Math.fround(1e-3), 0]);
  expect(head.basis.identity[3]).toBe(1);
  expect(head.basis.identity[12 + 3]).toBe(2);
  expect(head.expressionNames).toEqual(['PupilDilate_L', 'mouthSmile_L']);
  expect([...head.basis.expression.subarray(3, 4), ...head.basis.expression.subarray(15, 16)]).toEqual([-0.5, 0]);
  expect([...head.basis.triangles]).toEqual([0, 1, 2, 0, 2, 3, 0, 2, 3]);
  expect([...head.triangleGroups]).toEqual([4, 4, 11]);
  expect([...head.cornerUv.subarray(0, 6)]).toEqual([0, 0, 1, 0, 1, 1]);
});

test.each([
  ['another topology', { 'identity001.obj': OBJ.replace('v 1 1 0\n', '') }, /identity001\.obj.*3 vertices, where the neutral head has 4/],
  ['a line that is no number', { 'mouthSmile_L.obj': moved(NaN) }, /mouthSmile_L\.obj.*v NaN 0 0/],
  ['a foreign material', { 'generic_neutral_mesh.obj': OBJ.replace('M_Teeth', 'Gold') }, /a material Gold/],
  ['a face without a material', { 'generic_neutral_mesh.obj': OBJ.replace('usemtl M_Face\n', '') }, /before the first usemtl/],
  ['a corner without a texture', { 'generic_neutral_mesh.obj': OBJ.replace('f 1/1 ', 'f 1 ') }, /vertex\/uv/],
  ['a corner that is nowhere', { 'generic_neutral_mesh.obj': OBJ.replace('f 1/1 ', 'f 9/1 ') }, /indices inside their arrays/],
  ['a polygon', { 'generic_neutral_mesh.obj': OBJ.replace(' 4/1\n', ' 4/1 1/1\n') }, /a face of 5 corners/],
  ['no vertices', { 'generic_neutral_mesh.obj': 'usemtl M_Face\n' }, /vertices/],
] as const)('meshes with %s: refused by name', async (name, changes, message) => {
  const place = await writeMeshes(`meshes ${name}`, changes);
  await expect(readIct(place)).rejects.toThrow(InputError);
  await expect(readIct(place)).rejects.toThrow(message);
});
