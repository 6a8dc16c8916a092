/**
 * How far apart two sets of feature vectors are: the squared maximum mean discrepancy with the kernel
 * (x . y / width + 1)^3, in the estimator without bias (Binkowski et al. 2018, "Demystifying MMD GANs", whose KID it is when the
 * features are Inception's). 0 is its mean for two samples of one distribution, whatever their number; single values may be negative.
 */

/** Feature vectors, row by row. */
export interface FeatureSet {
  readonly rows: Float32Array;
  readonly width: number;
}

const DEGREE = 3;

const countOf = ({ rows, width }: FeatureSet): number => rows.length / width;

/** In double precision: the distance is a small difference of large means. */
function kernel(first: Float32Array, second: Float32Array): number {
  let product = 0;
  for (let index = 0; index < first.length; index += 1) product += (first[index] as number) * (second[index] as number);
  return (product / first.length + 1) ** DEGREE;
}

const rowOf = ({ rows, width }: FeatureSet, index: number): Float32Array => rows.subarray(index * width, (index + 1) * width);

/** Mean of the kernel over all pairs of different members. */
export function meanWithin(set: FeatureSet): number {
  const count = countOf(set);
  let sum = 0;
  for (let first = 1; first < count; first += 1) for (let second = 0; second < first; second += 1) sum += kernel(rowOf(set, first), rowOf(set, second));
  return (2 * sum) / (count * (count - 1));
}

function meanBetween(one: FeatureSet, other: FeatureSet): number {
  let sum = 0;
  for (let first = 0; first < countOf(one); first += 1) for (let second = 0; second < countOf(other); second += 1) sum += kernel(rowOf(one, first), rowOf(other, second));
  return sum / (countOf(one) * countOf(other));
}

/**
 * @param one two or more vectors
 * @param other two or more of the same width
 * @param within `meanWithin(other)`, where it is known already
 */
export function kernelDistance(one: FeatureSet, other: FeatureSet, within = meanWithin(other)): number {
  return meanWithin(one) + within - 2 * meanBetween(one, other);
}
