/** How much of a head's form each mode decides: weights for the distance of coefficients that are otherwise all alike. */
import { InputError } from '@mfim/tensor-contracts';
import type { CoefficientWeights } from '../coefficient-distance.ts';

/**
 * The mean squared way that a coefficient of 1 moves the vertices, divided by its mean over the modes: with these weights the squared
 * distance of coefficients is that of orthogonal modes' vertices.
 *
 * @param modes [modes, vertices, 3] of a basis, perhaps of its landmarks alone
 * @param count how many modes, from the first
 * @returns `count` numbers whose mean is 1
 * @throws InputError when there are fewer modes, or they move nothing
 */
export function modeVariances(modes: Float32Array, width: number, count: number): CoefficientWeights {
  const squares = Array.from({ length: count }, (_, mode) => modes.subarray(mode * width, (mode + 1) * width).reduce((sum, value) => sum + value ** 2, 0));
  const mean = squares.reduce((sum, square) => sum + square, 0) / count;
  if (count * width <= modes.length && mean > 0) return squares.map((square) => square / mean);
  throw new InputError({ where: 'modeVariances', expected: `${count} modes of ${width} numbers that move something`, got: `${modes.length} numbers`, remedy: 'pass the modes of one model' });
}
