/**
 * Where a head is, from its landmarks, as if it had the mean shape and the camera no perspective (POS: DeMenthon and Davis,
 * "Model-based object pose in 25 lines of code", 1995): the affine camera that fits best, made a scaled rotation.
 */
import { FaceError } from '@mfim/tensor-contracts';
import type { PerspectiveCamera } from '../camera/perspective.ts';
import type { RigidMotion } from '../camera/rigid-motion.ts';
import { rotationFromSix } from '../rotation/six-dimensional.ts';
import { invertRotation } from '../rotation/rotation-matrix.ts';
import { solvePositive } from './solve-positive.ts';

function middle(points: ArrayLike<number>, width: number): number[] {
  const sum = Array.from({ length: width }, () => 0);
  for (let at = 0; at < points.length; at += 1) sum[at % width]! += points[at]! / (points.length / width);
  return sum;
}

/** The row of the affine camera that gives one axis of the picture. */
function affineRow(model: Float64Array, values: Float64Array): Float64Array {
  const moments = new Float64Array(9);
  const right = new Float64Array(3);
  for (let point = 0; point < values.length; point += 1) {
    for (let row = 0; row < 3; row += 1) {
      right[row]! += model[point * 3 + row]! * values[point]!;
      for (let column = 0; column < 3; column += 1) moments[row * 3 + column]! += model[point * 3 + row]! * model[point * 3 + column]!;
    }
  }
  if (solvePositive(moments, right)) return right;
  throw new FaceError({ where: 'fitLandmarks', expected: 'a model whose landmarks fill space', got: 'landmarks in a plane', remedy: 'choose more landmarks' });
}

/**
 * @param mean [points, 3], the landmarks of the mean head
 * @param observed [points, 2], pixels
 */
export function initialMotion(mean: ArrayLike<number>, observed: ArrayLike<number>, { focal, centre }: PerspectiveCamera): RigidMotion {
  const [origin, shift] = [middle(mean, 3), middle(observed, 2)];
  const model = Float64Array.from(mean, (value, at) => value - origin[at % 3]!);
  const axis = (a: 0 | 1): Float64Array => Float64Array.from({ length: observed.length / 2 }, (_, point) => (a === 0 ? 1 : -1) * (observed[point * 2 + a]! - shift[a]!));
  const [across, up] = [affineRow(model, axis(0)), affineRow(model, axis(1))];
  const scale = (Math.hypot(...across) + Math.hypot(...up)) / 2;
  // Rows of the rotation are columns of its inverse.
  const rotation = invertRotation(rotationFromSix([...across, ...up]));
  const place = [(shift[0]! - centre[0]) / scale, (centre[1] - shift[1]!) / scale, -focal / scale];
  const translation = place.map((value, row) => value - rotation[row * 3]! * origin[0]! - rotation[row * 3 + 1]! * origin[1]! - rotation[row * 3 + 2]! * origin[2]!);
  return { rotation, translation };
}
