/** A face regressor that says the same of every face, and a head for it that is nearly a ball: folders as the trainer and ICT-FaceKit have them. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFloat32, writeSafetensors } from '@mfim/checkpoints';
import { HEAD_GROUPS } from '@mfim/face3d';
import { OPEN_FACE_POSE_WIDTH, OPEN_FACE_SQUARE, foldOpenFace, openFaceCoefficients, openFaceNetwork, openFaceNumbers, openFaceSpec } from '@mfim/losses-3dmm';
import type { OpenFaceFacts, OpenFaceParameters } from '@mfim/losses-3dmm';
import { flattenParameters, initialParameters, seededNormal } from '@mfim/nn';
import type { ParameterTree } from '@mfim/nn';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { useCpuBackend } from '../src/use-cpu-backend.ts';

export const SIZE = { input: 16, width: 0.125, identity: 2, expression: 3 } as const;
export const EXPRESSIONS = ['jawOpen', 'mouthSmile_L', 'mouthSmile_R'] as const;
const OUTPUTS = ['identity', 'expression', 'rotations', 'centre', 'scale', 'distance', 'logDeviation'] as const;

/** What the regressor says: the raw numbers of `openFaceCoefficients`; 0 where they are left out. */
export interface Saying {
  readonly identity?: readonly number[];
  readonly expression?: readonly number[];
  readonly deviation?: number;
  /** How much the face counts beside these numbers; by default hardly. */
  readonly seeing?: number;
}

const HARDLY = 1e-6;

/** The last layer's biases; 0 means the mean face that looks into the camera, and a deviation of 14 %. */
function biases({ identity = [0, 0], expression = [0, 0, 0], deviation = -3 }: Saying): Float32Array {
  const numbers = new Float32Array(openFaceNumbers(SIZE));
  numbers.set([...identity, ...expression]);
  numbers[numbers.length - 1] = deviation;
  return numbers;
}

/** Writes `face3d.onnx` and `face3d.json`. */
export async function writeFaceModel(folder: string, saying: Saying = {}, facts: Partial<OpenFaceFacts> = {}): Promise<string> {
  await useCpuBackend();
  await mkdir(folder, { recursive: true });
  const drawn = initialParameters(openFaceSpec(SIZE), seededNormal(1)) as unknown as OpenFaceParameters;
  const folded = foldOpenFace({ ...drawn, head: { weight: tf.mul(drawn.head.weight, saying.seeing ?? HARDLY), bias: tf.tensor1d(biases(saying)) } });
  const weightNames = new Map([...flattenParameters(folded as unknown as ParameterTree)].map(([name, tensor]) => [tensor, name]));
  const read = (face: tf.Tensor): Record<string, tf.Tensor> => {
    const coefficients = openFaceCoefficients(openFaceNetwork(folded, SIZE, face), SIZE);
    return Object.fromEntries(OUTPUTS.map((name) => [name, coefficients[name]]));
  };
  const inputs = [{ name: 'face', shape: ['batch', SIZE.input, SIZE.input, 3] as const }];
  const { bytes } = await traceToOnnx(({ face }) => read(face as tf.Tensor), { name: 'face3d', inputs, weights: 'float32', weightNames });
  const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1);
  const written: OpenFaceFacts = {
    format: 'mfim-face3d',
    version: 1,
    name: 'same-for-all',
    model: 'ict-facekit-light',
    network: SIZE,
    framing: { alignment: 'ffhq', ...OPEN_FACE_SQUARE },
    expressionNames: EXPRESSIONS,
    coefficientWeights: { shape: ones(SIZE.identity), pose: ones(OPEN_FACE_POSE_WIDTH), expression: ones(SIZE.expression) },
    file: { name: 'face3d.onnx', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    training: {},
    metrics: {},
    ...facts,
  };
  await writeFile(join(folder, 'face3d.onnx'), bytes);
  await writeFile(join(folder, 'face3d.json'), JSON.stringify(written));
  return folder;
}

const RINGS = 16;
const AROUND = 24;
/** Half axes of the head in centimetres. */
const HALF = [8, 11, 9] as const;
const BACK = HEAD_GROUPS.indexOf('back-head');
const FACE = HEAD_GROUPS.indexOf('face');

/** Which basis is written. */
export interface SmallBasis {
  readonly modes?: number;
  readonly expressions?: readonly string[];
  readonly without?: string;
}

/** Places of the vertices: rings from the crown down, each going round. */
function vertices(): number[] {
  return Array.from({ length: (RINGS + 1) * AROUND }, (_, vertex) => {
    const [height, angle] = [Math.cos((Math.PI * Math.floor(vertex / AROUND)) / RINGS), (2 * Math.PI * (vertex % AROUND)) / AROUND];
    const radius = Math.sqrt(Math.max(0, 1 - height * height));
    return [HALF[0] * radius * Math.sin(angle), HALF[1] * height, HALF[2] * radius * Math.cos(angle)];
  }).flat();
}

/** Corners of the quads, seen from outside. */
function quads(): number[] {
  return Array.from({ length: RINGS * AROUND }, (_, quad) => {
    const [ring, step] = [Math.floor(quad / AROUND), quad % AROUND];
    const [a, b] = [ring * AROUND + step, ring * AROUND + ((step + 1) % AROUND)];
    return [a, a + AROUND, b + AROUND, b];
  }).flat();
}

/** Writes the three files. Safetensors, which is read by its content whatever the name says. */
export async function writeSmallBasis(folder: string, { modes = SIZE.identity + 1, expressions = EXPRESSIONS, without }: SmallBasis = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const neutral = vertices();
  const faces = quads();
  const count = neutral.length / 3;
  const deltas = (number: number): number[] => Array.from({ length: number }, (_, mode) => neutral.map((value, at) => 0.02 * value * ((at + mode) % 3))).flat();
  const groups = Array.from({ length: faces.length / 4 }, (_, quad) => (neutral[faces[quad * 4]! * 3 + 2]! > 0 ? FACE : BACK));
  const arrays: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
    neutral: [[count, 3], neutral],
    identity: [[modes, count, 3], deltas(modes)],
    expression: [[expressions.length, count, 3], deltas(expressions.length)],
    faces: [[groups.length, 4], faces],
    face_uv: [[groups.length, 4], faces.map((_, corner) => corner % 4)],
    uv: [[4, 2], [0, 0, 1, 0, 1, 1, 0, 1]],
    face_group: [[groups.length], groups],
  };
  const kept = Object.entries(arrays).filter(([name]) => name !== without);
  await writeFile(join(folder, 'ict-facekit-light.npz'), writeSafetensors(new Map(kept.map(([name, [shape, data]]) => [name, fromFloat32({ shape, data: Float32Array.from(data) })]))));
  await writeFile(join(folder, 'names.json'), JSON.stringify({ expression: expressions }));
  const front = Array.from({ length: 68 }, (_, index) => (3 + (index % 11)) * AROUND + ((index % 7) + AROUND - 3) % AROUND);
  await writeFile(join(folder, 'vertex_indices.json'), JSON.stringify({ idx_to_landmark_verts: front }));
  return folder;
}
