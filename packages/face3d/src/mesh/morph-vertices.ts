/** The vertices of a linear face model: v = mean + sum a_i identity_i + sum b_j expression_j. */
import { InputError } from '@mfim/tensor-contracts';
import type { MorphableBasis } from '@mfim/tensor-contracts';

/** Coefficients of one face; missing ones at the end are 0. */
export interface FaceShape {
  readonly identity: ArrayLike<number>;
  readonly expression: ArrayLike<number>;
}

function addModes(vertices: Float64Array, modes: Float32Array, coefficients: ArrayLike<number>): void {
  const width = vertices.length;
  for (let mode = 0; mode < coefficients.length; mode += 1) {
    const coefficient = coefficients[mode]!;
    if (coefficient === 0) continue;
    const start = mode * width;
    for (let at = 0; at < width; at += 1) vertices[at]! += coefficient * modes[start + at]!;
  }
}

function check(name: string, coefficients: ArrayLike<number>, most: number): void {
  let finite = true;
  for (let index = 0; index < coefficients.length; index += 1) finite &&= Number.isFinite(coefficients[index]);
  if (finite && coefficients.length <= most) return;
  throw new InputError({ where: 'morphVertices', expected: `at most ${most} finite ${name} coefficients`, got: finite ? `${coefficients.length}` : 'one that is not a number', remedy: 'pass those of this model' });
}

/**
 * @returns [vertices, 3] in the model's unit
 * @throws InputError when there are more coefficients than modes, or one is not finite
 */
export function morphVertices(basis: MorphableBasis, { identity, expression }: FaceShape): Float64Array {
  const width = basis.mean.length;
  check('identity', identity, basis.identity.length / width);
  check('expression', expression, basis.expression.length / width);
  const vertices = Float64Array.from(basis.mean);
  addModes(vertices, basis.identity, identity);
  addModes(vertices, basis.expression, expression);
  return vertices;
}
