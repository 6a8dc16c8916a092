/** Cuts a rectangle out of a picture; what lies outside of the picture is black. */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { Box } from './box.ts';

/** The pixels of `box` (whole numbers), which may reach over the border. */
export function crop(image: ByteImage, box: Box): ByteImage {
  const { channels } = image;
  const data = new Uint8Array(box.width * box.height * channels);
  const left = Math.max(0, box.x);
  const right = Math.max(left, Math.min(image.width, box.x + box.width));
  const top = Math.max(0, box.y);
  const bottom = Math.min(image.height, box.y + box.height);
  for (let row = top; row < bottom; row += 1) {
    const source = (row * image.width + left) * channels;
    const target = ((row - box.y) * box.width + left - box.x) * channels;
    data.set(image.data.subarray(source, source + (right - left) * channels), target);
  }
  return byteImage(data, { width: box.width, height: box.height, channels });
}
