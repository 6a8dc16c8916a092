/**
 * The Basel Face Model as 3DDFA_V2 keeps it (`bfm_noneck_v3.pkl`), and as Deep3DFaceRecon does (`BFM_model_front.mat`, saved again as
 * .npz: MATLAB's format is not read).
 */
import { InputError } from '@mfim/tensor-contracts';
import type { HostTensor, LandmarkEmbedding } from '@mfim/tensor-contracts';
import type { ForeignCheckpoint } from '../import-kind.ts';
import { readArray, readShaped } from './basis-tensors.ts';
import type { BasisArrays } from './basis-tensors.ts';

const LANDMARKS = 68;

function atVertices(file: string, vertices: ArrayLike<number>): LandmarkEmbedding {
  if (vertices.length !== LANDMARKS) throw new InputError({ where: `${file}, keypoints`, expected: `${LANDMARKS} landmarks`, got: `${vertices.length}`, remedy: 'pass the file as it is' });
  return {
    vertices: Int32Array.from({ length: LANDMARKS * 3 }, (_, at) => vertices[Math.floor(at / 3)]!),
    weights: Float32Array.from({ length: LANDMARKS * 3 }, (_, at) => (at % 3 === 0 ? 1 : 0)),
  };
}

/** [vertices * 3, modes] to [modes, vertices, 3]. */
function modeRows({ data, shape }: HostTensor): Float32Array {
  const [width, modes] = shape as readonly [number, number];
  return Float32Array.from({ length: data.length }, (_, at) => data[(at % width) * modes + Math.floor(at / width)]!);
}

/** 3DDFA_V2: micrometres; indices from 0, landmarks as three places each in the flattened vertices; triangles may be elsewhere. */
export async function readThreeDdfaBfm(checkpoint: ForeignCheckpoint): Promise<BasisArrays> {
  const { data: mean } = await readArray(checkpoint, 'u');
  const identity = modeRows(await readShaped(checkpoint, 'w_shp', [mean.length, -1]));
  const expression = modeRows(await readShaped(checkpoint, 'w_exp', [mean.length, -1]));
  const { data: places } = await readArray(checkpoint, 'keypoints');
  const first = Array.from({ length: places.length / 3 }, (_, landmark) => places[landmark * 3]! / 3);
  const corners = checkpoint.tensors.has('tri') ? await readShaped(checkpoint, 'tri', [3, -1]) : { data: new Float32Array(), shape: [3, 0] };
  const count = corners.shape[1]!;
  const triangles = Int32Array.from(corners.data, (_, at) => corners.data[(at % 3) * count + Math.floor(at / 3)]!);
  return { mean, identity, expression, triangles, landmarks: atVertices(checkpoint.file, first) };
}

/** Minus its mean, as Deep3DFaceRecon uses it. */
function centred(mean: Float32Array): Float32Array {
  const sums = [0, 0, 0];
  for (const [at, value] of mean.entries()) sums[at % 3]! += value;
  return mean.map((value, at) => value - (sums[at % 3]! * 3) / mean.length);
}

/** Deep3DFaceRecon: tenths of a metre; indices from 1. */
export async function readDeep3dBfm(checkpoint: ForeignCheckpoint): Promise<BasisArrays> {
  const { data: mean } = await readArray(checkpoint, 'meanshape');
  const { data: corners } = await readShaped(checkpoint, 'tri', [-1, 3]);
  const { data: landmarks } = await readArray(checkpoint, 'keypoints');
  return {
    mean: centred(mean),
    identity: modeRows(await readShaped(checkpoint, 'idBase', [mean.length, -1])),
    expression: modeRows(await readShaped(checkpoint, 'exBase', [mean.length, -1])),
    triangles: Int32Array.from(corners, (index) => index - 1),
    landmarks: atVertices(checkpoint.file, landmarks.map((index) => index - 1)),
  };
}
