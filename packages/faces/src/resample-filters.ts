/**
 * The four resampling filters as Pillow defines them (`src/libImaging/Resample.c`). A filter is a
 * function of the distance in output pixels and the distance from which on it is zero.
 */

/** Names of the filters; `bicubic` is Keys' kernel with a = -0.5, `lanczos` has three lobes. */
export type ResampleFilter = 'box' | 'bilinear' | 'bicubic' | 'lanczos';

interface FilterKernel {
  readonly support: number;
  readonly weigh: (distance: number) => number;
}

const KEYS_A = -0.5;
const LOBES = 3;

function box(distance: number): number {
  return distance > -0.5 && distance <= 0.5 ? 1 : 0;
}

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

function keys(signed: number): number {
  const x = Math.abs(signed);
  if (x < 1) return ((KEYS_A + 2) * x - (KEYS_A + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * KEYS_A : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

function lanczos(x: number): number {
  return x >= -LOBES && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
}

/** Kernel and support of each filter. */
export const RESAMPLE_FILTERS: Readonly<Record<ResampleFilter, FilterKernel>> = {
  box: { support: 0.5, weigh: box },
  bilinear: { support: 1, weigh: triangle },
  bicubic: { support: 2, weigh: keys },
  lanczos: { support: LOBES, weigh: lanczos },
};
