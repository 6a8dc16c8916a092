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

/** Writes the pixel at (`x`, `y`), corners of pixels being whole numbers, to `target` in `result`. */
function samplePixel(image: ByteImage, position: { x: number; y: number }, write: (channel: number, value: number) => void): void {
  const { data, width, height, channels } = image;
  const left = Math.floor(position.x - 0.5);
  const top = Math.floor(position.y - 0.5);
  const shareX = position.x - 0.5 - left;
  const shareY = position.y - 0.5 - top;
  const column = Math.max(0, left) * channels;
  const nextColumn = Math.min(width - 1, left + 1) * channels;
  const row = Math.max(0, top) * width * channels;
  const nextRow = Math.min(height - 1, top + 1) * width * channels;
  for (let channel = 0; channel < channels; channel += 1) {
    const a = data[row + column + channel] as number;
    const b = data[row + nextColumn + channel] as number;
    const c = data[nextRow + column + channel] as number;
    const d = data[nextRow + nextColumn + channel] as number;
    const upper = a + (b - a) * shareX;
    const lower = c + (d - c) * shareX;
    write(channel, upper + (lower - upper) * shareY);
  }
}

/**
 * The content of `quad` as a square picture.
 *
 * @param quad corners where whole numbers are the corners of pixels (pixel centres plus 0.5)
 * @param size side of the result in pixels
 */
export function quadTransform(image: ByteImage, quad: Quad, size: number): ByteImage {
  const { width, height, channels } = image;
  const mapX = bilinearMap(quad, 'x', size);
  const mapY = bilinearMap(quad, 'y', size);
  const result = new Uint8Array(size * size * channels);
  const position = { x: 0, y: 0 };
  let target = 0;
  const write = (channel: number, value: number): void => {
    result[target + channel] = Math.trunc(value);
  };
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1, target += channels) {
      position.x = evaluate(mapX, column + 0.5, row + 0.5);
      position.y = evaluate(mapY, column + 0.5, row + 0.5);
      if (position.x < 0 || position.x >= width || position.y < 0 || position.y >= height) continue;
      samplePixel(image, position, write);
    }
  }
  return byteImage(result, { width: size, height: size, channels });
}
