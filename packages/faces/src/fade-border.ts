/**
 * What FFHQ does where a crop reaches over the photo's border: the photo is continued by mirroring,
 * and the continuation fades into a blur and then into the photo's median colour
 * (NVlabs/ffhq-dataset, `download_ffhq.py`, "Pad").
 */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { gaussianBlur } from './gaussian-blur.ts';
import type { FloatPixels } from './gaussian-blur.ts';

/** Added pixels on each side. */
export interface Padding {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The blur is complete where the mask is 0 and begins where it is -1/3. */
const BLUR_SLOPE = 3;

/** Mirrors without repeating the edge: -1 is 1, `length` is `length - 2`. */
function reflect(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const wrapped = ((position % period) + period) % period;
  return wrapped < length ? wrapped : period - wrapped;
}

function reflectPad(image: ByteImage, padding: Padding): FloatPixels {
  const { channels } = image;
  const width = image.width + padding.left + padding.right;
  const height = image.height + padding.top + padding.bottom;
  const columns = Int32Array.from({ length: width }, (_, column) => reflect(column - padding.left, image.width));
  const data = new Float32Array(width * height * channels);
  let target = 0;
  for (let row = 0; row < height; row += 1) {
    const source = reflect(row - padding.top, image.height) * image.width;
    for (let column = 0; column < width; column += 1) {
      const pixel = (source + (columns[column] as number)) * channels;
      for (let channel = 0; channel < channels; channel += 1, target += 1) {
        data[target] = image.data[pixel + channel] as number;
      }
    }
  }
  return { data, width, height, channels };
}

/** 1 - distance to the nearest border in units of the padding there: 1 at the border, 0 at the photo. */
function borderMask({ width, height }: FloatPixels, padding: Padding): Float32Array {
  const { fround } = Math;
  const along = (length: number, before: number, after: number): Float32Array =>
    Float32Array.from({ length }, (_, position) =>
      fround(1 - Math.min(fround(position / before), fround((length - 1 - position) / after))),
    );
  const horizontal = along(width, padding.left, padding.right);
  const vertical = along(height, padding.top, padding.bottom);
  const mask = new Float32Array(width * height);
  for (let index = 0; index < mask.length; index += 1) {
    const column = index % width;
    mask[index] = Math.max(horizontal[column] as number, vertical[(index - column) / width] as number);
  }
  return mask;
}

function clampToUnit(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

/** `pixels += (blurred - pixels) * clip(3 mask + 1, 0, 1)`, in place. */
function fadeToBlur(pixels: FloatPixels, mask: Float32Array, sigma: number): void {
  const { data, channels } = pixels;
  const { fround } = Math;
  const blurred = gaussianBlur(pixels, sigma).data;
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    const share = clampToUnit(fround(fround((mask[pixel] as number) * BLUR_SLOPE) + 1));
    if (share === 0) continue;
    for (let index = pixel * channels; index < (pixel + 1) * channels; index += 1) {
      const value = data[index] as number;
      data[index] = value + fround(fround((blurred[index] as number) - value) * share);
    }
  }
}

function median(values: Float32Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : Math.fround(((sorted[middle - 1] as number) + upper) / 2);
}

function everyNth(data: Float32Array, first: number, step: number): Float32Array {
  const values = new Float32Array(data.length / step);
  for (let index = 0; index < values.length; index += 1) values[index] = data[first + index * step] as number;
  return values;
}

/** `pixels += (median - pixels) * clip(mask, 0, 1)`, in place; one median a channel. */
function fadeToMedian(pixels: FloatPixels, mask: Float32Array): void {
  const { data, channels } = pixels;
  const { fround } = Math;
  for (let channel = 0; channel < channels; channel += 1) {
    const middle = median(everyNth(data, channel, channels));
    for (let pixel = 0; pixel < mask.length; pixel += 1) {
      const value = data[pixel * channels + channel] as number;
      const share = clampToUnit(mask[pixel] as number);
      data[pixel * channels + channel] = value + fround(fround(middle - value) * share);
    }
  }
}

/** Rounds halves to even, as NumPy's `rint` does. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The picture with `padding` added, mirrored and faded.
 *
 * @param sigma of the blur in pixels
 */
export function fadeBorder(image: ByteImage, padding: Padding, sigma: number): ByteImage {
  const pixels = reflectPad(image, padding);
  const mask = borderMask(pixels, padding);
  fadeToBlur(pixels, mask, sigma);
  fadeToMedian(pixels, mask);
  // A clamped array rounds halves to even, as `rint` does.
  const data = new Uint8ClampedArray(pixels.data);
  return byteImage(new Uint8Array(data.buffer), { width: pixels.width, height: pixels.height, channels: image.channels });
}
