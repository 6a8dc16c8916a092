/** Reads an RGB picture between its pixels with Keys' cubic kernel (a = -0.5); edges are repeated. */
import type { ByteImage } from '@mfim/tensor-contracts';
import { RESAMPLE_FILTERS } from './resample-filters.ts';

const TAPS = 4;
const CHANNELS = 3;
const { weigh } = RESAMPLE_FILTERS.bicubic;

function clampTo(position: number, length: number): number {
  return position < 0 ? 0 : position >= length ? length - 1 : position;
}

const rowWeights = new Float64Array(TAPS);
const columnWeights = new Float64Array(TAPS);

function fillWeights(weights: Float64Array, offset: number): void {
  for (let tap = 0; tap < TAPS; tap += 1) weights[tap] = weigh(offset - tap);
}

/**
 * Writes the colour at (`x`, `y`), pixel centres being whole numbers, into `colour` (not rounded; may
 * overshoot 0..255 a little).
 */
export function sampleBicubic(image: ByteImage, [x, y]: readonly [number, number], colour: Float64Array): void {
  const { data, width, height } = image;
  const left = Math.floor(x) - 1;
  const top = Math.floor(y) - 1;
  fillWeights(columnWeights, x - left);
  fillWeights(rowWeights, y - top);
  colour.fill(0);
  for (let row = 0; row < TAPS; row += 1) {
    const rowStart = clampTo(top + row, height) * width;
    for (let column = 0; column < TAPS; column += 1) {
      const weight = (rowWeights[row] as number) * (columnWeights[column] as number);
      const start = (rowStart + clampTo(left + column, width)) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        colour[channel] = (colour[channel] as number) + weight * (data[start + channel] as number);
      }
    }
  }
}
