/** RGB of an RGB or RGBA picture. */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';

/** The colours alone; an RGB picture is returned as it is. */
export function withoutAlpha(image: ByteImage): ByteImage {
  if (image.channels === 3) return image;
  const pixels = image.width * image.height;
  const data = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    data.set(image.data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  }
  return byteImage(data, { width: image.width, height: image.height, channels: 3 });
}
