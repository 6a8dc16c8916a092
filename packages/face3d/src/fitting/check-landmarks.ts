/** Refuses landmarks that no fit can be made to, and measures how far they spread. */
import { FaceError, ShapeError } from '@mfim/tensor-contracts';

const WHERE = 'fitLandmarks';
/** Of a face in profile the short axis of the landmarks is still a third of the long one. */
const LEAST_ASPECT = 0.05;

/**
 * @param observed [points, 2]
 * @returns the root mean square distance of the points from their middle
 * @throws ShapeError when there are not `count` finite points; FaceError when they lie on a line or fall together
 */
export function landmarkSpan(observed: ArrayLike<number>, count: number): number {
  const points = observed.length / 2;
  let finite = true;
  for (let at = 0; at < observed.length; at += 1) finite &&= Number.isFinite(observed[at]);
  if (points !== count || !finite) {
    throw new ShapeError({ where: WHERE, expected: `${count} finite points`, got: finite ? `${points}` : 'one that is not a number', remedy: 'pass x and y of every landmark of the model' });
  }
  const mean = [0, 0];
  for (let at = 0; at < observed.length; at += 1) mean[at % 2]! += observed[at]! / count;
  let [xx, xy, yy] = [0, 0, 0];
  for (let at = 0; at < observed.length; at += 2) {
    const [x, y] = [observed[at]! - mean[0]!, observed[at + 1]! - mean[1]!];
    xx += (x * x) / count;
    xy += (x * y) / count;
    yy += (y * y) / count;
  }
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  if (!(middle > 0) || Math.sqrt(Math.max(0, middle - apart) / (middle + apart)) < LEAST_ASPECT) {
    throw new FaceError({ where: WHERE, expected: 'landmarks of a face', got: 'points on a line, or all in one place', remedy: 'use a photo in which a face was found' });
  }
  return Math.sqrt(xx + yy);
}
