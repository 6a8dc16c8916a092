/**
 * Rotations as six numbers, the first two columns before they are made orthonormal (Zhou et al., "On the continuity of
 * rotation representations", 2019), in 6DRepNet's order of operations: x = a / |a|, z = x cross b / |.|, y = z cross x.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { RotationMatrix } from './rotation-matrix.ts';

const cross = (a: readonly number[], b: readonly number[]): readonly number[] => [
  a[1]! * b[2]! - a[2]! * b[1]!,
  a[2]! * b[0]! - a[0]! * b[2]!,
  a[0]! * b[1]! - a[1]! * b[0]!,
];

function unit(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector);
  if (length > 0 && Number.isFinite(length)) return vector.map((value) => value / length);
  throw new InputError({ where: 'rotationFromSix', expected: 'two vectors that are not parallel', got: `a vector of length ${length}`, remedy: 'pass six numbers that span a plane' });
}

/**
 * @param six both columns, one after the other
 * @throws InputError when a column is 0 or both are parallel
 */
export function rotationFromSix(six: ArrayLike<number>): RotationMatrix {
  const x = unit([six[0]!, six[1]!, six[2]!]);
  const z = unit(cross(x, [six[3]!, six[4]!, six[5]!]));
  const y = cross(z, x);
  return Float64Array.from([0, 1, 2].flatMap((row) => [x[row]!, y[row]!, z[row]!]));
}

/** The first two columns. */
export function sixFromRotation(rotation: RotationMatrix): readonly number[] {
  return [0, 1].flatMap((column) => [0, 1, 2].map((row) => rotation[row * 3 + column]!));
}
