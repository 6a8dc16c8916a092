/**
 * The rotation nearest to a matrix, and with it two sets of points laid over each other (Horn, "Closed-form solution of absolute
 * orientation using unit quaternions", 1987): the quaternion is the eigenvector of the largest eigenvalue of a symmetric 4x4 matrix,
 * here by power iteration on it plus a multiple of the identity.
 */
import type { RotationMatrix } from '@mfim/face3d';

const ITERATIONS = 500;
const ENOUGH = 1e-14;

function quaternionMatrix(m: ArrayLike<number>): readonly (readonly number[])[] {
  const [a, b, c, d, e, f, g, h, i] = Array.from(m) as [number, number, number, number, number, number, number, number, number];
  return [
    [a + e + i, h - f, c - g, d - b],
    [h - f, a - e - i, b + d, c + g],
    [c - g, b + d, e - a - i, f + h],
    [d - b, c + g, f + h, i - a - e],
  ];
}

function rotationOf([w, x, y, z]: readonly [number, number, number, number]): RotationMatrix {
  return Float64Array.of(
    1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
    2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
    2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
  );
}

/** @param matrix [3, 3]; @returns the rotation R with the largest trace of R' matrix */
export function nearestRotation(matrix: ArrayLike<number>): RotationMatrix {
  const symmetric = quaternionMatrix(matrix);
  // No eigenvalue is below minus the matrix's length.
  const lift = Math.hypot(...symmetric.flat());
  let vector: readonly number[] = [1, 0.1, 0.01, 0.001];
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    const product = symmetric.map((row, index) => row.reduce((sum, value, at) => sum + value * vector[at]!, lift * vector[index]!));
    const length = Math.hypot(...product);
    if (length === 0) break;
    const next = product.map((value) => value / length);
    const change = next.reduce((sum, value, at) => sum + (value - vector[at]!) ** 2, 0);
    vector = next;
    if (change < ENOUGH ** 2) break;
  }
  const length = Math.hypot(...vector);
  return rotationOf(vector.map((value) => value / length) as unknown as readonly [number, number, number, number]);
}

function centred(points: ArrayLike<number>): Float64Array {
  const middle = [0, 0, 0];
  for (let at = 0; at < points.length; at += 1) middle[at % 3]! += (3 * points[at]!) / points.length;
  return Float64Array.from(points, (value, at) => value - middle[at % 3]!);
}

/**
 * The mean distance of two sets of points after one was turned and shifted onto the other, in the least squares.
 *
 * @param first [points, 3]
 * @param second the same points elsewhere
 */
export function alignedDistance(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [from, to] = [centred(first), centred(second)];
  const products = new Float64Array(9);
  for (let at = 0; at < from.length; at += 3) {
    for (let entry = 0; entry < 9; entry += 1) products[entry]! += to[at + Math.floor(entry / 3)]! * from[at + (entry % 3)]!;
  }
  const turn = nearestRotation(products);
  let sum = 0;
  for (let at = 0; at < from.length; at += 3) {
    const [x, y, z] = [0, 1, 2].map((row) => to[at + row]! - turn[row * 3]! * from[at]! - turn[row * 3 + 1]! * from[at + 1]! - turn[row * 3 + 2]! * from[at + 2]!);
    sum += Math.hypot(x!, y!, z!);
  }
  return (3 * sum) / from.length;
}
