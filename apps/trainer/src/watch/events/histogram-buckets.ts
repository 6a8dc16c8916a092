/** Counts of values in equally wide buckets, as TensorBoard's own `tf.summary.histogram` makes them. */

/** TensorBoard's default. */
const BUCKETS = 30;

/** What a histogram event holds. */
export interface HistogramBuckets {
  /** Smallest and largest finite value; 0 when there is none. */
  readonly minimum: number;
  readonly maximum: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Right edges, ascending; the last is `maximum`. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

function finiteMoments(values: Float32Array): Omit<HistogramBuckets, 'limits' | 'counts'> {
  let [minimum, maximum, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    count += 1;
    sum += value;
    sumOfSquares += value * value;
  }
  return count === 0 ? { minimum: 0, maximum: 0, count, sum, sumOfSquares } : { minimum, maximum, count, sum, sumOfSquares };
}

/**
 * @param values any number of them; those that are not finite are left out (the alarm names them)
 * @returns 30 buckets between the smallest and the largest value; one bucket where all are equal
 */
export function histogramBuckets(values: Float32Array): HistogramBuckets {
  const moments = finiteMoments(values);
  const { minimum, maximum, count } = moments;
  if (minimum === maximum) return { ...moments, limits: [maximum], counts: [count] };
  const width = (maximum - minimum) / BUCKETS;
  const limits = Array.from({ length: BUCKETS }, (_, bucket) => (bucket === BUCKETS - 1 ? maximum : minimum + (bucket + 1) * width));
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bucket = Math.min(BUCKETS - 1, Math.floor((value - minimum) / width));
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  return { ...moments, limits, counts };
}
