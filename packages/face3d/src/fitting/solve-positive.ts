/** Solves A x = b for a symmetric positive definite A by Cholesky's factors. */

/**
 * @param matrix [size, size], row-major; only its lower half is read; overwritten
 * @param right [size]; overwritten by the solution
 * @returns false when the matrix is not positive definite; `right` is of no use then
 */
export function solvePositive(matrix: Float64Array, right: Float64Array): boolean {
  const size = right.length;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * size + column]!;
      for (let inner = 0; inner < column; inner += 1) sum -= matrix[row * size + inner]! * matrix[column * size + inner]!;
      if (row !== column) matrix[row * size + column] = sum / matrix[column * size + column]!;
      else if (sum > 0) matrix[row * size + row] = Math.sqrt(sum);
      else return false;
    }
  }
  for (let row = 0; row < size; row += 1) {
    for (let inner = 0; inner < row; inner += 1) right[row]! -= matrix[row * size + inner]! * right[inner]!;
    right[row]! /= matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    for (let inner = row + 1; inner < size; inner += 1) right[row]! -= matrix[inner * size + row]! * right[inner]!;
    right[row]! /= matrix[row * size + row]!;
  }
  return true;
}
