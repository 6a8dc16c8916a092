/** Rotations as axis times angle in radians, three numbers (Rodrigues): R = I + sin K + (1 - cos) K^2. */
import type { RotationMatrix } from './rotation-matrix.ts';

/** Below it sin(x)/x and (1 - cos x)/x^2 come from their series, whose next terms are under 1e-16. */
const SMALL = 1e-4;
/** Within this of pi the axis comes from the symmetric part, as the other vanishes. */
const NEAR_HALF_TURN = 1e-3;

/** The rotation of a vector of three. */
export function rotationFromAxisAngle(vector: ArrayLike<number>): RotationMatrix {
  const [x, y, z] = [vector[0]!, vector[1]!, vector[2]!];
  const square = x * x + y * y + z * z;
  const angle = Math.sqrt(square);
  const a = angle < SMALL ? 1 - square / 6 : Math.sin(angle) / angle;
  const b = angle < SMALL ? 1 / 2 - square / 24 : (1 - Math.cos(angle)) / square;
  return Float64Array.of(
    1 - b * (y * y + z * z), b * x * y - a * z, b * x * z + a * y,
    b * x * y + a * z, 1 - b * (x * x + z * z), b * y * z - a * x,
    b * x * z - a * y, b * y * z + a * x, 1 - b * (x * x + y * y),
  );
}

/** The axis of a rotation by nearly pi: the longest column of (R + I) / 2 = n n'. */
function halfTurnAxis(rotation: RotationMatrix, towards: readonly number[]): readonly number[] {
  const diagonal = [rotation[0]!, rotation[4]!, rotation[8]!];
  const longest = diagonal.indexOf(Math.max(...diagonal));
  const symmetric = [0, 1, 2].map((row) => (rotation[row * 3 + longest]! + rotation[longest * 3 + row]!) / 2 + (row === longest ? 1 : 0));
  const length = Math.hypot(...symmetric);
  const sign = symmetric.reduce((sum, value, axis) => sum + value * towards[axis]!, 0) < 0 ? -1 : 1;
  return symmetric.map((value) => (sign * value) / length);
}

/** The vector of a rotation, its length the angle, 0 to pi. */
export function axisAngleFromRotation(rotation: RotationMatrix): readonly [number, number, number] {
  const twice = [rotation[7]! - rotation[5]!, rotation[2]! - rotation[6]!, rotation[3]! - rotation[1]!];
  const sine = Math.hypot(...twice) / 2;
  const angle = Math.atan2(sine, (rotation[0]! + rotation[4]! + rotation[8]! - 1) / 2);
  if (angle > Math.PI - NEAR_HALF_TURN) {
    return halfTurnAxis(rotation, twice).map((value) => value * angle) as unknown as [number, number, number];
  }
  const factor = angle < SMALL ? 1 / 2 : angle / (2 * sine);
  return [twice[0]! * factor, twice[1]! * factor, twice[2]! * factor];
}
