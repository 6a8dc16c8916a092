/**
 * Irradiance from nine spherical harmonics (Ramamoorthi and Hanrahan, "An efficient representation for irradiance environment
 * maps", 2001): E(n) = sum A_l L_lm Y_lm(n), with the real orthonormal Y and A = pi, 2 pi / 3, pi / 4 of a matt surface.
 * Order: 1; y, z, x; xy, yz, 3 z^2 - 1, xz, x^2 - y^2, all signs positive (Deep3DFaceRecon's differ for y, x, yz and xz).
 */

/** How many harmonics. */
export const HARMONIC_COUNT = 9;

const root = (value: number): number => Math.sqrt(value / Math.PI);

const bands = (): readonly number[] => {
  const [constant, linear, quadratic] = [Math.PI * (root(1) / 2), ((2 * Math.PI) / 3) * (root(3) / 2), (Math.PI / 4) * (root(15) / 2)];
  const polar = (Math.PI / 4) * (root(5) / 4);
  return [constant, linear, linear, linear, quadratic, quadratic, polar, quadratic, quadratic / 2];
};

/** A_l times the factor of each polynomial. */
export const HARMONIC_FACTORS: readonly number[] = /* @__PURE__ */ bands();

/** Writes the nine weighted harmonics of a unit normal, the three numbers from `at` on, into `into`. */
export function harmonics(into: Float64Array, normals: ArrayLike<number>, at = 0): void {
  const x = normals[at]!;
  const y = normals[at + 1]!;
  const z = normals[at + 2]!;
  into[0] = 1;
  into[1] = y;
  into[2] = z;
  into[3] = x;
  into[4] = x * y;
  into[5] = y * z;
  into[6] = 3 * z * z - 1;
  into[7] = x * z;
  into[8] = x * x - y * y;
  for (let index = 0; index < HARMONIC_COUNT; index += 1) into[index]! *= HARMONIC_FACTORS[index]!;
}

/**
 * Irradiance of many normals.
 *
 * @param normals [points, 3], of length 1
 * @param light [9, 3]: what each harmonic has of red, green, blue
 * @returns [points, 3]; can be below 0 where the light is unphysical
 */
export function irradiance(normals: ArrayLike<number>, light: ArrayLike<number>): Float64Array {
  const result = new Float64Array(normals.length);
  const values = new Float64Array(HARMONIC_COUNT);
  for (let at = 0; at < normals.length; at += 3) {
    harmonics(values, normals, at);
    for (let harmonic = 0; harmonic < HARMONIC_COUNT; harmonic += 1) {
      for (let channel = 0; channel < 3; channel += 1) result[at + channel]! += values[harmonic]! * light[harmonic * 3 + channel]!;
    }
  }
  return result;
}
