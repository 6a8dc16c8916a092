/**
 * A curve of any length in at most so many points. Each point stands for a stretch of equally many
 * values and keeps their smallest, largest and mean, so that no spike is lost.
 */

/** Points in a chart: more than it has pixels. */
export const MOST_POINTS = 1000;
/** Significant digits of what is kept; a chart shows no more. */
const DIGITS = 5;

/** Columns of equal length. A stretch without a finite value is a gap: null. */
export interface SampledCurve {
  readonly steps: readonly number[];
  readonly low: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** A value at a step. */
export type CurvePoint = readonly [step: number, value: number];

const short = (value: number): number => Number(value.toPrecision(DIGITS));

function stretch(points: readonly CurvePoint[]): readonly [number, number | null, number | null, number | null] {
  const step = (points[Math.floor((points.length - 1) / 2)] as CurvePoint)[0];
  const values = points.map(([, value]) => value).filter((value) => Number.isFinite(value));
  if (values.length === 0) return [step, null, null, null];
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return [step, short(Math.min(...values)), short(mean), short(Math.max(...values))];
}

/**
 * @param points steps ascending
 * @param most points of the result, at least 1; all are kept where there are no more
 */
export function downSample(points: readonly CurvePoint[], most = MOST_POINTS): SampledCurve {
  const count = Math.min(most, points.length);
  const edge = (index: number): number => Math.floor((index * points.length) / count);
  const columns = Array.from({ length: count }, (_, index) => stretch(points.slice(edge(index), edge(index + 1))));
  return { steps: columns.map(([step]) => step), low: columns.map(([, low]) => low), mean: columns.map(([, , mean]) => mean), high: columns.map(([, , , high]) => high) };
}
