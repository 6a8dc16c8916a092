/**
 * Residuals of a fit and how they change: projected minus observed landmarks, in units of their noise, by rotation (a small turn
 * in camera axes), translation and coefficients. Row-major, a row for each coordinate, a column for each unknown.
 */
import type { MorphableBasis } from '@mfim/tensor-contracts';
import type { PerspectiveCamera } from '../camera/perspective.ts';
import type { RigidMotion } from '../camera/rigid-motion.ts';
import { morphVertices } from '../mesh/morph-vertices.ts';

/** Unknowns of the pose: a turn and a shift. */
export const POSE_WIDTH = 6;

/** What is fitted. */
export interface FitState {
  readonly motion: RigidMotion;
  readonly identity: Float64Array;
  readonly expression: Float64Array;
}

/** What is fitted to. */
export interface FitTask {
  /** Of the landmarks alone (`landmarkBasis`). */
  readonly basis: MorphableBasis;
  readonly camera: PerspectiveCamera;
  /** [points, 2], pixels. */
  readonly observed: ArrayLike<number>;
  /** [points]: 1 / standard deviation in pixels; 0 leaves a landmark out. */
  readonly certainty: Float64Array;
}

/** In units of the noise: [points * 2], and by the unknowns [points * 2, unknowns]. */
export interface Linearised {
  readonly residuals: Float64Array;
  readonly slopes: Float64Array;
}

/** Landmarks at a state, [points, 2]; undefined when one is not in front of the camera. */
export function projectState({ basis, camera }: FitTask, { motion, identity, expression }: FitState): Float64Array | undefined {
  const vertices = morphVertices(basis, { identity, expression });
  const { rotation, translation } = motion;
  const projected = new Float64Array((vertices.length / 3) * 2);
  for (let point = 0; point * 3 < vertices.length; point += 1) {
    const [x, y, z] = [0, 1, 2].map((row) => rotation[row * 3]! * vertices[point * 3]! + rotation[row * 3 + 1]! * vertices[point * 3 + 1]! + rotation[row * 3 + 2]! * vertices[point * 3 + 2]! + translation[row]!) as [number, number, number];
    if (!(z < 0)) return undefined;
    projected[point * 2] = camera.centre[0] - (camera.focal * x) / z;
    projected[point * 2 + 1] = camera.centre[1] + (camera.focal * y) / z;
  }
  return projected;
}

/** Slopes of picture x and y by the place of a point in camera axes. */
interface PictureSlopes {
  readonly x: readonly [number, number, number];
  readonly y: readonly [number, number, number];
}

/** By a turn and a shift. */
function writePoseSlopes(slopes: Float64Array, start: number, { by, turned }: { readonly by: readonly [number, number, number]; readonly turned: readonly [number, number, number] }): void {
  const [qx, qy, qz] = turned;
  slopes[start] = by[2] * qy - by[1] * qz;
  slopes[start + 1] = by[0] * qz - by[2] * qx;
  slopes[start + 2] = by[1] * qx - by[0] * qy;
  for (let axis = 0; axis < 3; axis += 1) slopes[start + 3 + axis] = by[axis]!;
}

/** A slope by a place in the head's own axes: turned back. */
function unturned(rotation: ArrayLike<number>, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  return [
    x * rotation[0]! + y * rotation[3]! + z * rotation[6]!,
    x * rotation[1]! + y * rotation[4]! + z * rotation[7]!,
    x * rotation[2]! + y * rotation[5]! + z * rotation[8]!,
  ];
}

/** Residuals and slopes at a state whose landmarks are all in front of the camera. */
export function linearise(task: FitTask, state: FitState): Linearised {
  const { basis, camera, observed, certainty } = task;
  const { rotation, translation } = state.motion;
  const vertices = morphVertices(basis, state);
  const points = vertices.length / 3;
  const unknowns = POSE_WIDTH + state.identity.length + state.expression.length;
  const residuals = new Float64Array(points * 2);
  const slopes = new Float64Array(points * 2 * unknowns);
  const turn = (values: ArrayLike<number>, at: number): [number, number, number] =>
    [0, 1, 2].map((row) => rotation[row * 3]! * values[at]! + rotation[row * 3 + 1]! * values[at + 1]! + rotation[row * 3 + 2]! * values[at + 2]!) as [number, number, number];
  const width = vertices.length;
  const blocks = [[basis.identity, state.identity.length], [basis.expression, state.expression.length]] as const;
  for (let point = 0; point < points; point += 1) {
    const weight = certainty[point]!;
    const turned = turn(vertices, point * 3);
    const [x, y, z] = [turned[0] + translation[0]!, turned[1] + translation[1]!, turned[2] + translation[2]!];
    const lens = (weight * camera.focal) / -z;
    residuals[point * 2] = weight * (camera.centre[0] - observed[point * 2]!) + lens * x;
    residuals[point * 2 + 1] = weight * (camera.centre[1] - observed[point * 2 + 1]!) - lens * y;
    const picture: PictureSlopes = { x: [lens, 0, (lens * x) / -z], y: [0, -lens, (-lens * y) / -z] };
    [picture.x, picture.y].forEach((by, axis) => {
      const start = (point * 2 + axis) * unknowns;
      writePoseSlopes(slopes, start, { by, turned });
      const own = unturned(rotation, by);
      let unknown = start + POSE_WIDTH;
      for (const [modes, count] of blocks) {
        for (let at = point * 3, end = at + count * width; at < end; at += width) {
          slopes[unknown] = own[0] * modes[at]! + own[1] * modes[at + 1]! + own[2] * modes[at + 2]!;
          unknown += 1;
        }
      }
    });
  }
  return { residuals, slopes };
}
