/** Morphable models: FLAME, the Basel Face Model as two projects keep it, ICT-FaceKit's light model. */
import { ictHeadModel } from '@mfim/face3d';
import { contourLandmarks, flameModel, flameParameters, importedFlameBasis, importedMorphableBasis, linearModelParameters, linearMorphableModel } from '@mfim/losses-3dmm';
import { InputError } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { readDeep3dBfm, readThreeDdfaBfm } from '../basis/bfm-arrays.ts';
import { basisTensors, readArray } from '../basis/basis-tensors.ts';
import { readFlame } from '../basis/flame-arrays.ts';
import type { ForeignCheckpoint, ImportKind, Imported, ShapesByName } from '../import-kind.ts';

/** A file with a model's own arrays is hardly anything else. */
const CERTAIN = 0.95;
const METRE = 1000;
const TENTH_OF_METRE = 100;
const MICROMETRE = 1e-3;
const CENTIMETRE = 10;
/** In `vertex_indices.json`. */
const ICT_LANDMARKS = 'idx_to_landmark_verts';

const hasAll = (shapes: ReadonlyMap<string, unknown>, names: readonly string[]): boolean => names.every((name) => shapes.has(name));
const guessBy =
  (...names: readonly string[]) =>
  (shapes: ShapesByName): number => (hasAll(shapes, names) ? CERTAIN : 0);

function describe(tensors: Imported['tensors'], name: string): string {
  const count = (tensor: string): number => tensors.get(tensor)?.shape[0] ?? 0;
  return `${name}: ${count('mean')} vertices, ${count('triangles')} triangles, ${count('identity')} identity and ${count('expression')} expression modes`;
}

/** Golden files: `identity` and `expression` [batch, modes] to `vertices` and `landmarks` [batch, points, 3]. */
const linearNetwork: NonNullable<ImportKind['network']> = (file) => {
  const basis = importedMorphableBasis(file);
  const model = linearMorphableModel(basis, linearModelParameters(basis));
  return ({ identity, expression }) => {
    const vertices = model.vertices({ identity: identity as tf.Tensor, expression: expression as tf.Tensor });
    return { vertices, landmarks: model.landmarks(vertices) };
  };
};

/** Golden files: `joints` [batch, 15] as well, and `contour` [batch, 68, 3] too. */
export const flameKind: ImportKind = {
  name: 'flame',
  brief: 'FLAME: a head with shapes, expressions and joints',
  origins: ['generic_model.pkl and, with --also, landmarks as .npz'],
  guess: (shapes) => (hasAll(shapes, ['posedirs', 'kintree_table', 'f']) || hasAll(shapes, ['posedirs.x', 'kintree_table', 'f']) ? CERTAIN : 0),
  async import(checkpoint) {
    const { tensors, parents } = await readFlame(checkpoint);
    return { origin: 'FLAME', tensors, config: { name: 'flame', millimetresPerUnit: METRE, parents }, report: [describe(tensors, 'FLAME')] };
  },
  network: (file) => {
    const basis = importedFlameBasis(file);
    const model = flameModel(basis, flameParameters(basis));
    return ({ identity, expression, joints }) => {
      const vertices = model.vertices({ identity: identity as tf.Tensor, expression: expression as tf.Tensor, joints: joints as tf.Tensor });
      return { vertices, landmarks: model.landmarks(vertices), contour: contourLandmarks(basis, vertices, joints as tf.Tensor) };
    };
  },
};

async function importBfm(checkpoint: ForeignCheckpoint): Promise<Imported> {
  const isDeep3d = checkpoint.tensors.has('meanshape');
  const tensors = basisTensors(checkpoint.file, await (isDeep3d ? readDeep3dBfm : readThreeDdfaBfm)(checkpoint));
  const origin = isDeep3d ? 'Deep3DFaceRecon' : '3DDFA_V2';
  const name = isDeep3d ? 'bfm-deep3d' : 'bfm-3ddfa-v2';
  return { origin, tensors, config: { name, millimetresPerUnit: isDeep3d ? TENTH_OF_METRE : MICROMETRE }, report: [describe(tensors, `Basel Face Model of ${origin}`)] };
}

/** The Basel Face Model; coefficients are in the units of the project whose file it is. */
export const bfmKind: ImportKind = {
  name: 'bfm',
  brief: 'the Basel Face Model, as 3DDFA_V2 or Deep3DFaceRecon have it',
  origins: ['bfm_noneck_v3.pkl', 'BFM_model_front.mat saved as .npz'],
  guess: (shapes) => Math.max(guessBy('u', 'w_shp', 'w_exp', 'keypoints')(shapes), guessBy('meanshape', 'idBase', 'exBase', 'tri')(shapes)),
  import: importBfm,
  network: linearNetwork,
};

async function importIct(checkpoint: ForeignCheckpoint): Promise<Imported> {
  const numbers = async (name: string): Promise<Float32Array> => (await readArray(checkpoint, name)).data;
  if (!checkpoint.tensors.has(ICT_LANDMARKS)) {
    throw new InputError({ where: checkpoint.file, expected: 'landmarks', got: 'none', remedy: "pass ICT-FaceKit's vertex_indices.json with --also" });
  }
  const [neutral, expression] = [await numbers('neutral'), await numbers('expression')];
  const { basis } = ictHeadModel({
    neutral,
    expression,
    identity: await numbers('identity'),
    faces: await numbers('faces'),
    faceUv: await numbers('face_uv'),
    uv: await numbers('uv'),
    faceGroups: await numbers('face_group'),
    expressionNames: Array.from({ length: expression.length / neutral.length }, (_, mode) => `expression ${mode}`),
    landmarks: [...(await numbers(ICT_LANDMARKS))],
  });
  const tensors = basisTensors(checkpoint.file, basis);
  return { origin: 'ICT-FaceKit', tensors, config: { name: basis.name, millimetresPerUnit: CENTIMETRE }, report: [describe(tensors, 'ICT-FaceKit')] };
}

/** ICT-FaceKit. */
export const ictKind: ImportKind = {
  name: 'ict',
  brief: "ICT-FaceKit's light model of whole heads",
  origins: ['ict-facekit-light.npz and, with --also, vertex_indices.json'],
  guess: guessBy('neutral', 'identity', 'expression', 'faces', 'face_group'),
  import: importIct,
  network: linearNetwork,
};
