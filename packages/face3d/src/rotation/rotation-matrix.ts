/**
 * Rotations as 3x3 matrices, row-major, that act on columns: v' = R v. Axes: x to the person's left (right in the
 * picture), y up, z towards the viewer.
 */

/** Nine numbers, row-major. */
export type RotationMatrix = Float64Array;

/** 0 x, 1 y, 2 z. */
export type Axis = 0 | 1 | 2;

/** The rotation that changes nothing. */
export function identityRotation(): RotationMatrix {
  return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
}

/** Right-handed turn about one axis, in radians. */
export function elementaryRotation(axis: Axis, angle: number): RotationMatrix {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  if (axis === 0) return Float64Array.of(1, 0, 0, 0, cosine, -sine, 0, sine, cosine);
  if (axis === 1) return Float64Array.of(cosine, 0, sine, 0, 1, 0, -sine, 0, cosine);
  return Float64Array.of(cosine, -sine, 0, sine, cosine, 0, 0, 0, 1);
}

/** `first second`: `second` acts first. */
export function composeRotations(first: RotationMatrix, second: RotationMatrix): RotationMatrix {
  const product = new Float64Array(9);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      let sum = 0;
      for (let inner = 0; inner < 3; inner += 1) sum += first[row * 3 + inner]! * second[inner * 3 + column]!;
      product[row * 3 + column] = sum;
    }
  }
  return product;
}

/** The rotation that undoes another. */
export function invertRotation(rotation: RotationMatrix): RotationMatrix {
  const [a, b, c, d, e, f, g, h, i] = rotation as unknown as number[];
  return Float64Array.of(a!, d!, g!, b!, e!, h!, c!, f!, i!);
}

/** The angle between two rotations in radians, 0 to pi; exact for small ones too (from |A - B|). */
export function rotationDistance(first: RotationMatrix, second: RotationMatrix): number {
  let square = 0;
  for (let index = 0; index < 9; index += 1) square += (first[index]! - second[index]!) ** 2;
  // |A - B| (Frobenius) is sqrt(8) sin(angle / 2).
  return 2 * Math.asin(Math.min(1, Math.sqrt(square / 8)));
}

/** The rotation as its mirror image shows it, left for right: M R M for M = diag(-1, 1, 1). */
export function mirrorRotation(rotation: RotationMatrix): RotationMatrix {
  return rotation.map((value, at) => ((at % 3 === 0) === at < 3 ? value : -value));
}
