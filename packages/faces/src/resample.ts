/**
 * Changes the size of a picture with the same result, to the last bit, as Pillow's `Image.resize`:
 * FFHQ, CelebA-HQ and FID are defined by it. Two passes (rows, then columns), each rounded to
 * 8 bits. RGBA is premultiplied while it is resampled, as in Pillow.
 */
import { byteImage, InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { premultiply, unpremultiply } from './premultiply.ts';
import { RESAMPLE_FILTERS } from './resample-filters.ts';
import type { ResampleFilter } from './resample-filters.ts';
import { axisWeights, WEIGHT_BITS } from './resample-weights.ts';
import type { AxisWeights } from './resample-weights.ts';

/** Width and height in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

const HALF = 1 << (WEIGHT_BITS - 1);
const BYTE_MAX = 255;

function toByte(sum: number): number {
  const value = sum >> WEIGHT_BITS;
  return value < 0 ? 0 : value > BYTE_MAX ? BYTE_MAX : value;
}

/** One row of RGB: the three sums side by side, so that each weight is read once. */
function resampleRgbRow(source: Uint8Array, target: Uint8Array, axis: AxisWeights): void {
  const { starts, counts, weights, stride } = axis;
  for (let column = 0; column < starts.length; column += 1) {
    const count = counts[column] as number;
    const weightStart = column * stride;
    let position = (starts[column] as number) * 3;
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    for (let tap = weightStart; tap < weightStart + count; tap += 1, position += 3) {
      const weight = weights[tap] as number;
      red += (source[position] as number) * weight;
      green += (source[position + 1] as number) * weight;
      blue += (source[position + 2] as number) * weight;
    }
    target[column * 3] = toByte(red);
    target[column * 3 + 1] = toByte(green);
    target[column * 3 + 2] = toByte(blue);
  }
}

/** One row of RGBA. */
function resampleRgbaRow(source: Uint8Array, target: Uint8Array, axis: AxisWeights): void {
  const { starts, counts, weights, stride } = axis;
  for (let index = 0; index < target.length; index += 1) {
    const channel = index % 4;
    const column = (index - channel) / 4;
    const count = counts[column] as number;
    const first = (starts[column] as number) * 4 + channel;
    let sum = HALF;
    for (let tap = 0; tap < count; tap += 1) {
      sum += (source[first + tap * 4] as number) * (weights[column * stride + tap] as number);
    }
    target[index] = toByte(sum);
  }
}

function resampleRows(image: ByteImage, width: number, axis: AxisWeights): ByteImage {
  const { data, height, channels } = image;
  const sourceLength = image.width * channels;
  const targetLength = width * channels;
  const result = new Uint8Array(targetLength * height);
  const resampleRow = channels === 3 ? resampleRgbRow : resampleRgbaRow;
  for (let row = 0; row < height; row += 1) {
    const source = data.subarray(row * sourceLength, (row + 1) * sourceLength);
    resampleRow(source, result.subarray(row * targetLength, (row + 1) * targetLength), axis);
  }
  return byteImage(result, { width, height, channels });
}

function resampleColumns(image: ByteImage, height: number, axis: AxisWeights): ByteImage {
  const { data, width, channels } = image;
  const { starts, counts, weights, stride } = axis;
  const rowLength = width * channels;
  const result = new Uint8Array(rowLength * height);
  const sums = new Int32Array(rowLength);
  for (let row = 0; row < height; row += 1) {
    sums.fill(HALF);
    const start = starts[row] as number;
    const count = counts[row] as number;
    for (let tap = 0; tap < count; tap += 1) {
      const weight = weights[row * stride + tap] as number;
      const source = (start + tap) * rowLength;
      for (let index = 0; index < rowLength; index += 1) {
        sums[index] = (sums[index] as number) + (data[source + index] as number) * weight;
      }
    }
    const target = row * rowLength;
    for (let index = 0; index < rowLength; index += 1) result[target + index] = toByte(sums[index] as number);
  }
  return byteImage(result, { width, height, channels });
}

function checkRequest(size: PixelSize, filter: string): void {
  const whole = [size.width, size.height].every((length) => Number.isInteger(length) && length > 0);
  if (whole && Object.hasOwn(RESAMPLE_FILTERS, filter)) return;
  throw new InputError({
    where: 'resample',
    expected: `a whole width and height of 1 or more and one of ${Object.keys(RESAMPLE_FILTERS).join(', ')}`,
    got: `${size.width}x${size.height}, ${filter}`,
    remedy: 'round the size, and choose a filter by name',
  });
}

/**
 * Resamples a picture.
 *
 * @param image RGB or RGBA bytes
 * @param size of the result, whole numbers
 * @param filter `box`, `bilinear`, `bicubic` or `lanczos`, each antialiased when shrinking
 * @returns a new picture with the same number of channels
 * @throws InputError when the size is not whole and positive, or the filter unknown
 */
export function resample(image: ByteImage, size: PixelSize, filter: ResampleFilter): ByteImage {
  checkRequest(size, filter);
  if (image.channels === 4) {
    return unpremultiply(resampleChannels(premultiply(image), size, filter));
  }
  return resampleChannels(image, size, filter);
}

function resampleChannels(image: ByteImage, size: PixelSize, filter: ResampleFilter): ByteImage {
  let result = image;
  if (size.width !== result.width) {
    result = resampleRows(result, size.width, axisWeights(result.width, size.width, filter));
  }
  if (size.height !== result.height) {
    result = resampleColumns(result, size.height, axisWeights(result.height, size.height, filter));
  }
  return result === image ? { ...image, data: image.data.slice() } : result;
}
