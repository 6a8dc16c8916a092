/** Turns and moves points: p' = R p + t. */
import type { RotationMatrix } from '../rotation/rotation-matrix.ts';

/** Where a head is: its rotation, then the place of its origin in camera axes (x right, y up, z towards the viewer). */
export interface RigidMotion {
  readonly rotation: RotationMatrix;
  readonly translation: ArrayLike<number>;
}

/** @param points [points, 3]; @returns as many, new */
export function movePoints(points: ArrayLike<number>, { rotation, translation }: RigidMotion): Float64Array {
  const moved = new Float64Array(points.length);
  for (let at = 0; at < points.length; at += 3) {
    const [x, y, z] = [points[at]!, points[at + 1]!, points[at + 2]!];
    for (let row = 0; row < 3; row += 1) {
      moved[at + row] = rotation[row * 3]! * x + rotation[row * 3 + 1]! * y + rotation[row * 3 + 2]! * z + translation[row]!;
    }
  }
  return moved;
}
