/** How much of a face's place each number of `openFacePose` decides: weights for `poseLoss`, as `modeVariances` are for the others. */
import { FACE_CENTRE } from '@mfim/face3d';
import { MIDDLE_SCALE } from './open-face-outputs.ts';

const AXES = 3;

/**
 * The mean squared way, in the model's units, that a number of 1 moves the points, divided by the mean over the nine. Two columns of
 * the rotation move a point by what it is beside and above the face's centre; the image's width is `1 / MIDDLE_SCALE` units of the
 * middle face; the logarithm of the scale moves a point by its distance from the axis.
 *
 * @param points [points, 3] of the face at rest
 * @returns nine numbers whose mean is 1
 */
export function openFacePoseWeights(points: ArrayLike<number>): readonly number[] {
  const count = points.length / AXES;
  const square = (axis: 0 | 1): number => {
    let sum = 0;
    for (let point = 0; point < count; point += 1) sum += (points[point * AXES + axis]! - FACE_CENTRE[axis]!) ** 2;
    return sum / count;
  };
  const [beside, above] = [square(0), square(1)];
  const squares = [beside, beside, beside, above, above, above, MIDDLE_SCALE ** -2, MIDDLE_SCALE ** -2, beside + above];
  const mean = squares.reduce((sum, value) => sum + value, 0) / squares.length;
  return squares.map((value) => value / mean);
}
