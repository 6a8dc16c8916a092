/** Turns a picture by quarter turns, and points of the turned picture back. */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { Point } from './point.ts';

/** Clockwise quarter turns. */
export type QuarterTurns = 0 | 1 | 2 | 3;

/** Where the pixel (`x`, `y`) of the turned picture comes from. `size` is that of the original. */
export function turnBack(point: Point, turns: QuarterTurns, size: { readonly width: number; readonly height: number }): Point {
  const right = size.width - 1;
  const bottom = size.height - 1;
  switch (turns) {
    case 0:
      return point;
    case 1:
      return { x: point.y, y: bottom - point.x };
    case 2:
      return { x: right - point.x, y: bottom - point.y };
    case 3:
      return { x: right - point.y, y: point.x };
  }
}

/** The picture turned clockwise. */
export function rotateQuarter(image: ByteImage, turns: QuarterTurns): ByteImage {
  if (turns === 0) return image;
  const { channels } = image;
  const width = turns === 2 ? image.width : image.height;
  const height = turns === 2 ? image.height : image.width;
  const data = new Uint8Array(image.data.length);
  let target = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = turnBack({ x, y }, turns, image);
      const source = (from.y * image.width + from.x) * channels;
      for (let channel = 0; channel < channels; channel += 1, target += 1) {
        data[target] = image.data[source + channel] as number;
      }
    }
  }
  return byteImage(data, { width, height, channels });
}
