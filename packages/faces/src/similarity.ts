/**
 * The similarity transform (turn, scale, shift; no mirroring) that fits one set of points to another
 * best in the least-squares sense: Umeyama, "Least-squares estimation of transformation parameters
 * between two point patterns", 1991. In two dimensions the singular values have a closed form:
 *
 *     a = sum(p . q) / sum(|p|^2),  b = sum(p x q) / sum(|p|^2),  q = [a -b; b a] p + shift
 *
 * with p, q the points less their means.
 */
import { InputError } from '@mfim/tensor-contracts';
import { addScaled, meanPoint } from './point.ts';
import type { Point } from './point.ts';

/** `x' = a x - b y + shift.x`, `y' = b x + a y + shift.y`. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly shift: Point;
}

/** Moves a point. */
export function applySimilarity({ a, b, shift }: Similarity, { x, y }: Point): Point {
  return { x: a * x - b * y + shift.x, y: b * x + a * y + shift.y };
}

/** The transform that undoes another. */
export function invertSimilarity({ a, b, shift }: Similarity): Similarity {
  const square = a * a + b * b;
  const inverse = { a: a / square, b: -b / square, shift: { x: 0, y: 0 } };
  const moved = applySimilarity(inverse, shift);
  return { ...inverse, shift: { x: -moved.x, y: -moved.y } };
}

/**
 * Fits `from` to `to`, point by point.
 *
 * @throws InputError when there are fewer than two points, different numbers of them, or all of one
 *   set fall together
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const fromMean = meanPoint(from);
  const toMean = meanPoint(to);
  let dot = 0;
  let cross = 0;
  let square = 0;
  from.forEach((point, index) => {
    const p = addScaled(point, fromMean, -1);
    const q = addScaled(to[index] ?? toMean, toMean, -1);
    dot += p.x * q.x + p.y * q.y;
    cross += p.x * q.y - p.y * q.x;
    square += p.x * p.x + p.y * p.y;
  });
  const scale = Math.hypot(dot, cross) / square;
  if (from.length !== to.length || !(scale > 0 && Number.isFinite(scale))) {
    throw new InputError({
      where: 'fitSimilarity',
      expected: 'two lists of as many points, not all in one place',
      got: `${from.length} and ${to.length} points`,
      remedy: 'pass the five points of a face',
    });
  }
  const turn = { a: dot / square, b: cross / square, shift: { x: 0, y: 0 } };
  return { ...turn, shift: addScaled(toMean, applySimilarity(turn, fromMean), -1) };
}
