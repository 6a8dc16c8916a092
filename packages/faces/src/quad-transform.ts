/**
 * Reads a quadrilateral of a picture into a square, as Pillow's `transform(QUAD, BILINEAR)` does
 * (`src/libImaging/Geometry.c`): bilinear in 64-bit floating point, border pixels repeated for half
 * a pixel, truncated to bytes; positions outside of the picture are black.
 */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { Quad } from './ffhq-quad.ts';

/** The bilinear map of one coordinate over the square: `a + b u + c v + d u v`. */
interface BilinearMap {
  readonly constant: number;
  readonly alongX: number;
  readonly alongY: number;
  readonly mixed: number;
}

function bilinearMap(quad: Quad, axis: 'x' | 'y', size: number): BilinearMap {
  const step = 1 / size;
  const origin = quad.topLeft[axis];
  return {
    constant: origin,
    alongX: (quad.topRight[axis] - origin) * step,
    alongY: (quad.bottomLeft[axis] - origin) * step,
    mixed: (quad.bottomRight[axis] - quad.bottomLeft[axis] - quad.topRight[axis] + origin) * step * step,
  };
}

function evaluate(map: BilinearMap, u: number, v: number): number {
  return map.constant + map.alongX * u + map.alongY * v + map.mixed * u * v;
}

const CHANNELS = 3;

/** One row of the result. */
function readRow(image: ByteImage, result: Uint8Array, [columns, rows]: readonly [Float64Array, Float64Array]): void {
  const { data, width, height } = image;
  const pitch = width * CHANNELS;
  for (let column = 0; column < columns.length; column += 1) {
    const x = columns[column] as number;
    const y = rows[column] as number;
    if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
    const left = Math.floor(x - 0.5);
    const top = Math.floor(y - 0.5);
    const shareX = x - 0.5 - left;
    const shareY = y - 0.5 - top;
    const first = (left < 0 ? 0 : left) * CHANNELS;
    const second = (left + 1 < width ? left + 1 : left) * CHANNELS;
    const upperRow = (top < 0 ? 0 : top) * pitch;
    const lowerRow = (top + 1 < height ? top + 1 : top) * pitch;
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      const a = data[upperRow + first + channel] as number;
      const b = data[upperRow + second + channel] as number;
      const c = data[lowerRow + first + channel] as number;
      const d = data[lowerRow + second + channel] as number;
      const upper = a + (b - a) * shareX;
      const lower = c + (d - c) * shareX;
      result[column * CHANNELS + channel] = upper + (lower - upper) * shareY;
    }
  }
}

/**
 * The content of `quad` as a square picture.
 *
 * @param image RGB
 * @param quad corners where whole numbers are the corners of pixels (pixel centres plus 0.5)
 * @param size side of the result in pixels
 */
export function quadTransform(image: ByteImage, quad: Quad, size: number): ByteImage {
  const mapX = bilinearMap(quad, 'x', size);
  const mapY = bilinearMap(quad, 'y', size);
  const result = new Uint8Array(size * size * CHANNELS);
  const columns = new Float64Array(size);
  const rows = new Float64Array(size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      columns[column] = evaluate(mapX, column + 0.5, row + 0.5);
      rows[column] = evaluate(mapY, column + 0.5, row + 0.5);
    }
    const start = row * size * CHANNELS;
    readRow(image, result.subarray(start, start + size * CHANNELS), [columns, rows]);
  }
  return byteImage(result, { width: size, height: size, channels: CHANNELS });
}
