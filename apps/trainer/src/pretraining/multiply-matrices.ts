/** Products of small matrices of plain numbers, row-major. */

/** Rows of equal length. */
export type Matrix = readonly (readonly number[])[];

function product(left: Matrix, right: Matrix): Matrix {
  return left.map((row) => (right[0] as readonly number[]).map((_, column) =>
    row.reduce((sum, entry, inner) => sum + entry * ((right[inner] as readonly number[])[column] as number), 0)));
}

/** The product of all, from left to right; at least one. */
export function multiplyMatrices(matrices: readonly Matrix[]): Matrix {
  return matrices.reduce((left, right) => product(left, right));
}
