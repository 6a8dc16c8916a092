/**
 * For every output position along one axis: which input positions count, and how much. Weights are
 * 22-bit fixed-point numbers, as Pillow computes them for 8-bit images, so that results are equal
 * to the last bit. When shrinking, the filter is stretched by the scale (antialiasing).
 */
import { RESAMPLE_FILTERS } from './resample-filters.ts';
import type { ResampleFilter } from './resample-filters.ts';

/** 32 bits less 8 for the value and 2 for overshoot. */
export const WEIGHT_BITS = 22;
const ONE = 1 << WEIGHT_BITS;

/** Weights of one axis. */
export interface AxisWeights {
  /** First input position of each output position. */
  readonly starts: Int32Array;
  /** How many input positions count. */
  readonly counts: Int32Array;
  /** `stride` numbers for each output position. */
  readonly weights: Int32Array;
  readonly stride: number;
}

function toFixedPoint(weight: number): number {
  return Math.trunc(weight * ONE + (weight < 0 ? -0.5 : 0.5));
}

/** Weights that take an axis of `input` positions to one of `output` positions. */
export function axisWeights(input: number, output: number, filter: ResampleFilter): AxisWeights {
  const { support, weigh } = RESAMPLE_FILTERS[filter];
  const scale = input / output;
  const stretch = Math.max(scale, 1);
  const reach = support * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const starts = new Int32Array(output);
  const counts = new Int32Array(output);
  const weights = new Int32Array(output * stride);
  const exact = new Float64Array(stride);
  for (let position = 0; position < output; position += 1) {
    const centre = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(input, Math.trunc(centre + reach + 0.5)) - start;
    let sum = 0;
    for (let tap = 0; tap < count; tap += 1) {
      const weight = weigh((start + tap - centre + 0.5) * (1 / stretch));
      exact[tap] = weight;
      sum += weight;
    }
    const inverse = sum === 0 ? 1 : 1 / sum;
    for (let tap = 0; tap < count; tap += 1) {
      weights[position * stride + tap] = toFixedPoint((exact[tap] as number) * inverse);
    }
    starts[position] = start;
    counts[position] = count;
  }
  return { starts, counts, weights, stride };
}
