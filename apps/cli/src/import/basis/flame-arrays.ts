/**
 * FLAME's `generic_model.pkl` (chumpy and scipy objects are read as what they hold) with DECA's landmarks beside it, as .npz:
 * `landmark_embedding.npy` holds a Python dictionary, which no reader of arrays opens.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { HostTensor, LandmarkEmbedding } from '@mfim/tensor-contracts';
import type { DeferredTensor, ForeignCheckpoint } from '../import-kind.ts';
import { basisTensors, checkVertices, embeddingTensors, indexTensor, modesFirst, readArray, readShaped } from './basis-tensors.ts';

/** Of the 400 directions, the first 300 are shapes. */
const SHAPES = 300;
const LANDMARKS = 68;
const INNER = 51;
const OUTLINE = 17;
const YAW_ROWS = 79;

/** An array, or one inside a chumpy object. */
function nameIn({ tensors }: ForeignCheckpoint, name: string): string {
  return tensors.has(`${name}.x`) ? `${name}.x` : name;
}

function refuseSparse(file: string, got: string): never {
  throw new InputError({ where: `${file}, J_regressor`, expected: 'a sparse matrix in compressed columns', got, remedy: "pass FLAME's file as it is" });
}

/** scipy's compressed columns to [rows, columns]. */
async function denseRegressor(checkpoint: ForeignCheckpoint, joints: number, vertices: number): Promise<Float32Array> {
  if (checkpoint.tensors.has('J_regressor')) return (await readShaped(checkpoint, 'J_regressor', [joints, vertices])).data;
  const [{ data }, { data: rows }, { data: starts }] = await Promise.all(['data', 'indices', 'indptr'].map((part) => readArray(checkpoint, `J_regressor.${part}`)) as [Promise<HostTensor>, Promise<HostTensor>, Promise<HostTensor>]);
  const format = checkpoint.scalars.get('J_regressor.format');
  if (format !== undefined && format !== 'csc') refuseSparse(checkpoint.file, `${format}`);
  if (starts.length !== vertices + 1 || starts[vertices] !== data.length || rows.length !== data.length) refuseSparse(checkpoint.file, `${starts.length - 1} columns, ${data.length} numbers`);
  const dense = new Float32Array(joints * vertices);
  for (let column = 0; column < vertices; column += 1) {
    for (let at = starts[column]!; at < starts[column + 1]!; at += 1) {
      const row = rows[at]!;
      if (!(row >= 0 && row < joints)) refuseSparse(checkpoint.file, `row ${row}`);
      dense[row * vertices + column]! += data[at]!;
    }
  }
  return dense;
}

/** A landmark on a face as a weighted sum of its corners. */
async function embeddingOf(checkpoint: ForeignCheckpoint, name: string, count: number): Promise<LandmarkEmbedding> {
  const [{ data: faces }, { data: places }, { data: weights }] = [await readShaped(checkpoint, 'f', [-1, 3]), await readArray(checkpoint, `${name}_faces_idx`), await readArray(checkpoint, `${name}_bary_coords`)];
  if (places.length !== count || weights.length !== 3 * count) {
    throw new InputError({ where: `${checkpoint.file}, ${name}`, expected: `${count} landmarks`, got: `${places.length}`, remedy: "pass DECA's landmark_embedding" });
  }
  const vertices = Int32Array.from({ length: 3 * count }, (_, at) => faces[places[Math.floor(at / 3)]! * 3 + (at % 3)] ?? -1);
  checkVertices(`${checkpoint.file}, ${name}`, vertices, checkpoint.tensors.get(nameIn(checkpoint, 'v_template'))!.shape[0]!);
  return { vertices, weights };
}

/** The part of `shapedirs` [vertices, 3, 400] from one direction to another, modes first. */
function directions(all: Float32Array, width: number, part: readonly [from: number, to: number]): Float32Array {
  return all.subarray(part[0] * width, Math.min(all.length, part[1] * width));
}

/** The tensors of an imported FLAME and its tree of joints. @throws InputError naming what is missing or does not fit */
export async function readFlame(checkpoint: ForeignCheckpoint): Promise<{ readonly tensors: ReadonlyMap<string, DeferredTensor>; readonly parents: readonly number[] }> {
  const { file } = checkpoint;
  const { data: mean, shape } = await readShaped(checkpoint, nameIn(checkpoint, 'v_template'), [-1, 3]);
  const vertices = shape[0]!;
  const all = modesFirst(await readShaped(checkpoint, nameIn(checkpoint, 'shapedirs'), [vertices, 3, -1]));
  const tree = await readShaped(checkpoint, nameIn(checkpoint, 'kintree_table'), [2, -1]);
  const joints = tree.shape[1]!;
  const parents = Array.from(tree.data.subarray(0, joints), (parent, joint) => (joint === 0 ? -1 : parent));
  if (parents.some((parent, joint) => joint > 0 && !(parent >= 0 && parent < joint))) {
    throw new InputError({ where: `${file}, kintree_table`, expected: 'a tree, parents before children', got: parents.join(', '), remedy: "pass FLAME's file as it is" });
  }
  const weights = await readShaped(checkpoint, nameIn(checkpoint, 'weights'), [vertices, joints]);
  const corrections = modesFirst(await readShaped(checkpoint, nameIn(checkpoint, 'posedirs'), [vertices, 3, 9 * (joints - 1)]));
  const regressor = await denseRegressor(checkpoint, joints, vertices);
  const { data: faces } = await readShaped(checkpoint, 'f', [-1, 3]);
  const contour = await embeddingOf(checkpoint, 'dynamic_lmk', YAW_ROWS * OUTLINE);
  const arrays = {
    mean,
    identity: directions(all, mean.length, [0, SHAPES]),
    expression: directions(all, mean.length, [SHAPES, Infinity]),
    triangles: Int32Array.from(faces),
    landmarks: await embeddingOf(checkpoint, 'full_lmk', LANDMARKS),
  };
  const table = [YAW_ROWS, OUTLINE, 3];
  const tensors = new Map([
    ...basisTensors(file, arrays),
    ['joints.regressor', { shape: [joints, vertices], read: async () => regressor }],
    ['joints.weights', { shape: weights.shape, read: async () => weights.data }],
    ['joints.corrections', { shape: [9 * (joints - 1), vertices, 3], read: async () => corrections }],
    ...embeddingTensors('inner', await embeddingOf(checkpoint, 'static_lmk', INNER)),
    ['contour.vertices', indexTensor(contour.vertices, table)],
    ['contour.weights', { shape: table, read: async () => contour.weights }],
  ] as [string, DeferredTensor][]);
  return { tensors, parents };
}
