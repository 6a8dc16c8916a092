/** Which parameter holds the first number that is NaN or infinite. */
import { ShapeError } from '@mfim/tensor-contracts';

/** Where it is. */
export interface NonFiniteValue {
  /** The parameter. */
  readonly name: string;
  /** Position inside the parameter, row by row. */
  readonly index: number;
  readonly value: number;
}

/** How parameters lie in a flat vector, one after the other. */
export interface FlatNames {
  readonly names: readonly string[];
  readonly sizes: readonly number[];
}

/** A finite number less itself is 0, another NaN: a sum without a branch, as this is looked at before every save. */
function allFinite(flat: Float32Array): boolean {
  let sum = 0;
  for (const value of flat) sum += value - value;
  return sum === 0;
}

/**
 * @param layout names and sizes in the order of `flat`
 * @param flat all parameters, or all gradients
 * @returns `undefined` when every number is finite
 * @throws ShapeError when the sizes do not add up to the length of `flat`
 */
export function firstNonFinite({ names, sizes }: FlatNames, flat: Float32Array): NonFiniteValue | undefined {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== flat.length || names.length !== sizes.length) {
    throw new ShapeError({
      where: 'firstNonFinite',
      expected: `one size for each name, adding up to ${flat.length}`,
      got: `${names.length} names, ${sizes.length} sizes, ${total} in all`,
      remedy: 'pass the layout of this vector',
    });
  }
  if (allFinite(flat)) return undefined;
  const position = flat.findIndex((value) => !Number.isFinite(value));
  let [parameter, begin] = [0, 0];
  while (begin + (sizes[parameter] as number) <= position) {
    begin += sizes[parameter] as number;
    parameter += 1;
  }
  return { name: names[parameter] as string, index: position - begin, value: flat[position] as number };
}
