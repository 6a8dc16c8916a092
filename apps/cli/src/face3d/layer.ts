/** A picture with transparency that lies over a part of a photo; what it does not cover keeps its bytes. */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { Rectangle } from '../contact-sheet/canvas.ts';

/** Its place in whole pixels inside of the photo, and [height, width, 4]: RGB, not multiplied, and alpha. */
export interface Layer extends Rectangle {
  readonly data: Uint8Array;
}

const OPAQUE = 255;

/** A place that holds all points and a margin, in whole pixels, as far as the photo goes; nothing where they lie outside. */
export function regionAround(points: ArrayLike<number>, margin: number, photo: { readonly width: number; readonly height: number }): Rectangle | undefined {
  const reach = (axis: 0 | 1, size: number): readonly [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (let at = axis; at < points.length; at += 2) {
      low = Math.min(low, points[at]!);
      high = Math.max(high, points[at]!);
    }
    return [Math.max(0, Math.floor(low - margin)), Math.min(size, Math.ceil(high + margin))];
  };
  const [left, right] = reach(0, photo.width);
  const [top, bottom] = reach(1, photo.height);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : undefined;
}

/** Blends RGBA over one pixel of RGB or RGBA, in place. */
function blend(pixel: Uint8Array, over: Uint8Array): void {
  const above = over[3]! / OPAQUE;
  const below = ((pixel[3] ?? OPAQUE) / OPAQUE) * (1 - above);
  const alpha = above + below;
  for (let channel = 0; channel < 3; channel += 1) pixel[channel] = Math.round((over[channel]! * above + pixel[channel]! * below) / alpha);
  if (pixel.length === 4) pixel[3] = Math.round(alpha * OPAQUE);
}

/** @returns a new picture of the photo's size and channels; pixels that no layer covers are the photo's */
export function layOver(photo: ByteImage, layers: readonly Layer[]): ByteImage {
  const { width, height, channels } = photo;
  const data = photo.data.slice();
  for (const layer of layers) {
    for (let row = 0; row < layer.height; row += 1) {
      for (let column = 0; column < layer.width; column += 1) {
        const from = (row * layer.width + column) * 4;
        const at = ((layer.y + row) * width + layer.x + column) * channels;
        if (layer.data[from + 3] !== 0) blend(data.subarray(at, at + channels), layer.data.subarray(from, from + 4));
      }
    }
  }
  return byteImage(data, { width, height, channels });
}
