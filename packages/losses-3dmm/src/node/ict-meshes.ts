/**
 * ICT-FaceKit as its authors publish it, the folder `FaceXModel`: Wavefront OBJ files of one topology, `generic_neutral_mesh.obj`,
 * `identity000.obj` and so on, and a file for each expression under its name, whole heads of which the neutral one is subtracted.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { HEAD_GROUPS } from '@mfim/face3d';
import type { HeadGroup, IctArrays } from '@mfim/face3d';
import { InputError } from '@mfim/tensor-contracts';

const FOLDER = 'FaceXModel';
const NEUTRAL_FILE = 'generic_neutral_mesh.obj';
const IDENTITY_FILE = /^identity\d{3}\.obj$/;

/** What its materials are of. */
const MATERIALS: Readonly<Record<string, HeadGroup>> = {
  M_BackHead: 'back-head',
  M_EyeBlend: 'eye-blend',
  M_EyeLashes: 'lashes',
  M_EyeOcclusion: 'eye-occlusion',
  M_Face: 'face',
  M_GumsTongue: 'gums-and-tongue',
  M_IrisLeft: 'left-iris',
  M_IrisRight: 'right-iris',
  M_LacrimalFluid: 'lacrimal-fluid',
  M_ScleraLeft: 'left-sclera',
  M_ScleraRight: 'right-sclera',
  M_Teeth: 'teeth',
};

function refuse(file: string, got: string, cause?: unknown): never {
  throw new InputError({ where: file, expected: "a mesh of ICT-FaceKit's FaceXModel", got, remedy: `pass the folder ${FOLDER} of ICT-FaceKit as it was downloaded`, cause });
}

async function readLines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'latin1').catch((cause: unknown) => refuse(file, String(cause), cause));
  return text.split('\n');
}

/** Numbers of the lines that begin with a word, `width` of each. */
function numbersOf(file: string, lines: readonly string[], { word, width }: { readonly word: string; readonly width: number }): Float32Array {
  const found = lines.filter((line) => line.startsWith(`${word} `));
  const numbers = new Float32Array(found.length * width);
  found.forEach((line, row) => {
    const fields = line.trim().split(/\s+/);
    for (let column = 0; column < width; column += 1) {
      const value = Number(fields[column + 1]);
      if (!Number.isFinite(value)) refuse(file, `the line ${line.slice(0, 60)}`);
      numbers[row * width + column] = value;
    }
  });
  return numbers;
}

/** One corner, `vertex/uv` or `vertex/uv/normal`, from 0. */
function corner(file: string, field: string): readonly [vertex: number, uv: number] {
  const [vertex, uv] = field.split('/').map(Number);
  if (Number.isInteger(vertex) && Number.isInteger(uv) && vertex! > 0 && uv! > 0) return [vertex! - 1, uv! - 1];
  return refuse(file, `a corner ${field.slice(0, 40)}, where vertex/uv from 1 should be`);
}

function readFaces(file: string, lines: readonly string[]): Pick<IctArrays, 'faces' | 'faceUv' | 'faceGroups'> {
  const [faces, faceUv, faceGroups]: [number[], number[], number[]] = [[], [], []];
  let group = -1;
  for (const line of lines) {
    const [word, ...fields] = line.trim().split(/\s+/);
    if (word === 'usemtl') {
      const name = MATERIALS[fields[0] ?? ''];
      if (name === undefined) refuse(file, `a material ${String(fields[0]).slice(0, 40)}`);
      group = HEAD_GROUPS.indexOf(name);
    }
    if (word !== 'f') continue;
    if (group < 0) refuse(file, 'a face before the first usemtl');
    if (fields.length !== 3 && fields.length !== 4) refuse(file, `a face of ${fields.length} corners`);
    const corners = fields.map((field) => corner(file, field));
    // A triangle's fourth corner.
    if (corners.length === 3) corners.push([-1, -1]);
    faces.push(...corners.map(([vertex]) => vertex));
    faceUv.push(...corners.map(([, uv]) => uv));
    faceGroups.push(group);
  }
  return { faces, faceUv, faceGroups };
}

/** What the heads of files add to the neutral one, [files, vertices, 3]. */
async function readModes(folder: string, names: readonly string[], neutral: Float32Array): Promise<Float32Array> {
  const modes = new Float32Array(names.length * neutral.length);
  for (const [mode, name] of names.entries()) {
    const file = path.join(folder, name);
    const vertices = numbersOf(file, await readLines(file), { word: 'v', width: 3 });
    if (vertices.length !== neutral.length) refuse(file, `${vertices.length / 3} vertices, where the neutral head has ${neutral.length / 3}`);
    const start = mode * neutral.length;
    vertices.forEach((value, at) => (modes[start + at] = value - neutral[at]!));
  }
  return modes;
}

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

/** The folder of the meshes: `place` itself or `FaceXModel` in it; undefined when there are none. */
export async function ictMeshFolder(place: string): Promise<string | undefined> {
  for (const folder of [place, path.join(place, FOLDER)]) if (await isFile(path.join(folder, NEUTRAL_FILE))) return folder;
  return undefined;
}

/**
 * Reads the meshes; identity and expressions in the order of their file names.
 *
 * @throws InputError naming the file that is damaged or of another topology
 */
export async function readIctMeshes(folder: string): Promise<Omit<IctArrays, 'landmarks'>> {
  const meshes = (await readdir(folder)).filter((name) => name.endsWith('.obj') && name !== NEUTRAL_FILE).toSorted((a, b) => (a < b ? -1 : 1));
  const [identities, expressions] = [meshes.filter((name) => IDENTITY_FILE.test(name)), meshes.filter((name) => !IDENTITY_FILE.test(name))];
  if (identities.length === 0 || expressions.length === 0) refuse(folder, `${identities.length} identity and ${expressions.length} expression meshes`);
  const file = path.join(folder, NEUTRAL_FILE);
  const lines = await readLines(file);
  const neutral = numbersOf(file, lines, { word: 'v', width: 3 });
  return {
    neutral,
    identity: await readModes(folder, identities, neutral),
    expression: await readModes(folder, expressions, neutral),
    ...readFaces(file, lines),
    uv: numbersOf(file, lines, { word: 'vt', width: 2 }),
    expressionNames: expressions.map((name) => name.slice(0, -'.obj'.length)),
  };
}
