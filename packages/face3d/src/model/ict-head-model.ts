/**
 * The head model of ICT-FaceKit (USC Institute for Creative Technologies, MIT licence; Li et al., "Learning formation of
 * physically-based face attributes", 2020) from its arrays: quads become triangles, names become ours. Identity modes have unit
 * variance; expressions go from 0 to 1 and carry ARKit's names.
 */
import { InputError } from '@mfim/tensor-contracts';
import { landmarksAtVertices } from '../mesh/landmark-positions.ts';
import type { HeadModel } from './head-model.ts';
import { HEAD_GROUPS } from './head-model.ts';

/** The arrays of the model, as its files hold them. */
export interface IctArrays {
  /** [vertices, 3], centimetres. */
  readonly neutral: Float32Array;
  /** [modes, vertices, 3]. */
  readonly identity: Float32Array;
  readonly expression: Float32Array;
  /** [faces, 4], vertices of quads; -1 as the fourth of a triangle. */
  readonly faces: ArrayLike<number>;
  /** [faces, 4], rows of `uv`. */
  readonly faceUv: ArrayLike<number>;
  /** [points, 2]. */
  readonly uv: ArrayLike<number>;
  /** [faces], in the order of HEAD_GROUPS. */
  readonly faceGroups: ArrayLike<number>;
  readonly expressionNames: readonly string[];
  /** 68 vertices. */
  readonly landmarks: readonly number[];
}

const LANDMARKS = 68;
const MILLIMETRES_PER_CENTIMETRE = 10;

function refuse(expected: string, got: string): never {
  throw new InputError({ where: 'ictHeadModel', expected, got, remedy: 'pass the arrays of ICT-FaceKit as they are' });
}

const within = (values: ArrayLike<number>, from: number, to: number): boolean => Array.prototype.every.call(values, (value: number) => value >= from && value < to);

function check(arrays: IctArrays): void {
  const { neutral, identity, expression, faces, faceUv, uv, faceGroups, expressionNames, landmarks } = arrays;
  const vertices = neutral.length / 3;
  if (!Number.isInteger(vertices) || vertices === 0) refuse('neutral as [vertices, 3]', `${neutral.length} numbers`);
  if (identity.length % neutral.length !== 0) refuse('identity as [modes, vertices, 3]', `${identity.length} numbers for ${vertices} vertices`);
  if (expression.length !== expressionNames.length * neutral.length) refuse('a name for each expression', `${expressionNames.length} names for ${expression.length / neutral.length}`);
  if (faces.length !== faceGroups.length * 4 || faceUv.length !== faces.length) refuse('4 vertices, 4 texture points and a group for each face', `${faces.length}, ${faceUv.length} and ${faceGroups.length}`);
  if (!within(faces, -1, vertices) || !within(faceUv, -1, uv.length / 2) || !within(faceGroups, 0, HEAD_GROUPS.length)) refuse('indices inside their arrays', 'one outside');
  if (landmarks.length !== LANDMARKS || !within(landmarks, 0, vertices)) refuse(`${LANDMARKS} landmarks that are vertices`, `${landmarks.length}`);
}

/** Corners of the one or two triangles of a face. */
function cornersOf(faces: ArrayLike<number>, face: number): readonly number[] {
  return faces[face * 4 + 3]! < 0 ? [0, 1, 2] : [0, 1, 2, 0, 2, 3];
}

/** @throws InputError when the arrays do not fit together */
export function ictHeadModel(arrays: IctArrays): HeadModel {
  check(arrays);
  const { neutral, identity, expression, faces, faceUv, uv, faceGroups, expressionNames, landmarks } = arrays;
  const triangles: number[] = [];
  const cornerUv: number[] = [];
  const triangleGroups: number[] = [];
  for (let face = 0; face < faceGroups.length; face += 1) {
    const corners = cornersOf(faces, face);
    for (const corner of corners) {
      const point = faceUv[face * 4 + corner]!;
      triangles.push(faces[face * 4 + corner]!);
      cornerUv.push(point < 0 ? 0 : uv[point * 2]!, point < 0 ? 0 : uv[point * 2 + 1]!);
    }
    for (let triangle = 0; triangle < corners.length; triangle += 3) triangleGroups.push(faceGroups[face]!);
  }
  const basis = {
    name: 'ict-facekit-light',
    mean: neutral,
    identity,
    expression,
    triangles: Int32Array.from(triangles),
    landmarks: landmarksAtVertices(landmarks),
    millimetresPerUnit: MILLIMETRES_PER_CENTIMETRE,
  };
  return { basis, triangleGroups: Uint8Array.from(triangleGroups), cornerUv: Float32Array.from(cornerUv), expressionNames };
}
