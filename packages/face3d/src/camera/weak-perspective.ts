/**
 * The camera that ignores depth: picture x = scale x + centre, y = centre - scale y. Picture points are in pixels, x to the right, y
 * down; pixel 0 covers 0 to 1.
 */
import { InputError } from '@mfim/tensor-contracts';

/** Pixels for one unit, and where the origin falls. */
export interface WeakPerspectiveCamera {
  readonly scale: number;
  readonly centre: readonly [number, number];
}

/**
 * @param points [points, 3] in camera axes
 * @returns [points, 2]
 * @throws InputError unless the scale is above 0
 */
export function projectWeakly(points: ArrayLike<number>, { scale, centre }: WeakPerspectiveCamera): Float64Array {
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new InputError({ where: 'projectWeakly', expected: 'a scale above 0', got: String(scale), remedy: 'pass pixels for one unit' });
  }
  const projected = new Float64Array((points.length / 3) * 2);
  for (let point = 0; point * 3 < points.length; point += 1) {
    projected[point * 2] = centre[0] + scale * points[point * 3]!;
    projected[point * 2 + 1] = centre[1] - scale * points[point * 3 + 1]!;
  }
  return projected;
}
