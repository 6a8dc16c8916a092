/**
 * Gives a patch the colours of the photo under it: mean and spread of L*, a*, b* over the
 * face become equal (Reinhard et al., "Color transfer between images", 2001, in CIELAB instead of
 * l-alpha-beta). The spread changes by at most a factor, so that a flat patch is not turned to noise.
 * Hair and background do not take part in the statistics.
 */
import type { ByteImage } from '@mfim/tensor-contracts';
import { labToRgb, readLab } from './lab-colour.ts';
import type { Patch } from './warp-patch.ts';

interface Statistics {
  readonly means: readonly number[];
  readonly spreads: readonly number[];
}

const LARGEST_FACTOR = 1.5;
const CHANNELS = [0, 1, 2] as const;

/** Weighted mean and standard deviation of L*, a*, b*; `startOf` says where a pixel's colour lies in `data`. */
function colourStatistics(data: Uint8Array, weights: Float32Array, startOf: (pixel: number) => number): Statistics {
  const lab = new Float64Array(3);
  const sums = new Float64Array(3);
  const squares = new Float64Array(3);
  let total = 0;
  for (let pixel = 0; pixel < weights.length; pixel += 1) {
    const weight = weights[pixel] as number;
    if (weight === 0) continue;
    readLab(data, startOf(pixel), lab);
    total += weight;
    for (const channel of CHANNELS) {
      const value = lab[channel] as number;
      sums[channel] = (sums[channel] as number) + weight * value;
      squares[channel] = (squares[channel] as number) + weight * value * value;
    }
  }
  const means = CHANNELS.map((channel) => (sums[channel] as number) / total);
  const spreads = CHANNELS.map((channel) =>
    Math.sqrt(Math.max(0, (squares[channel] as number) / total - (means[channel] as number) ** 2)),
  );
  return { means, spreads };
}

function spreadFactor(wanted: number, present: number): number {
  const factor = present === 0 ? 1 : wanted / present;
  return Math.min(LARGEST_FACTOR, Math.max(1 / LARGEST_FACTOR, factor));
}

/** The patch with the colours of the photo under it; a patch without any face is returned as it is. */
export function transferColours(photo: ByteImage, patch: Patch): Patch {
  const { box, weights, faceShares } = patch;
  if (!faceShares.some((weight) => weight > 0)) return patch;
  const inPhoto = (pixel: number): number => {
    const column = pixel % box.width;
    return ((box.y + (pixel - column) / box.width) * photo.width + box.x + column) * photo.channels;
  };
  const wanted = colourStatistics(photo.data, faceShares, inPhoto);
  const present = colourStatistics(patch.colours, faceShares, (pixel) => pixel * 3);
  const factors = CHANNELS.map((channel) =>
    spreadFactor(wanted.spreads[channel] as number, present.spreads[channel] as number),
  );
  const colours = new Uint8ClampedArray(patch.colours.length);
  const lab = new Float64Array(3);
  for (let pixel = 0; pixel < weights.length; pixel += 1) {
    if (weights[pixel] === 0) continue;
    readLab(patch.colours, pixel * 3, lab);
    for (const channel of CHANNELS) {
      const offset = (lab[channel] as number) - (present.means[channel] as number);
      lab[channel] = offset * (factors[channel] as number) + (wanted.means[channel] as number);
    }
    labToRgb(lab);
    colours.set(lab, pixel * 3);
  }
  return { ...patch, colours: new Uint8Array(colours.buffer) };
}
