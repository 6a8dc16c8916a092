/** Left and right exchanged. */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';

/** The mirror image of a picture. */
export function mirrorImage({ data, width, height, channels }: ByteImage): ByteImage {
  const result = new Uint8Array(data.length);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const column = pixel % width;
    const source = (pixel - column + width - 1 - column) * channels;
    result.set(data.subarray(source, source + channels), pixel * channels);
  }
  return byteImage(result, { width, height, channels });
}
