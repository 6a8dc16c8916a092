/**
 * The pinhole camera: it sits at the origin and looks along -z, so that depth is -z; picture x = centre + focal x / depth,
 * y = centre - focal y / depth. Picture points as in weak-perspective.ts.
 */
import { InputError } from '@mfim/tensor-contracts';

/** Both in pixels. */
export interface PerspectiveCamera {
  readonly focal: number;
  readonly centre: readonly [number, number];
}

function refuse(expected: string, got: number, remedy: string): never {
  throw new InputError({ where: 'projectPerspective', expected, got: String(got), remedy });
}

/**
 * @param points [points, 3] in camera axes
 * @returns [points, 2]
 * @throws InputError when a point is not in front of the camera, or the focal length not above 0
 */
export function projectPerspective(points: ArrayLike<number>, { focal, centre }: PerspectiveCamera): Float64Array {
  if (!(focal > 0 && Number.isFinite(focal))) refuse('a focal length above 0', focal, 'pass it in pixels');
  const projected = new Float64Array((points.length / 3) * 2);
  for (let point = 0; point * 3 < points.length; point += 1) {
    const depth = -points[point * 3 + 2]!;
    if (!(depth > 0)) refuse('points in front of the camera (z below 0)', -depth, 'move the head away along -z');
    projected[point * 2] = centre[0] + (focal * points[point * 3]!) / depth;
    projected[point * 2 + 1] = centre[1] - (focal * points[point * 3 + 1]!) / depth;
  }
  return projected;
}
