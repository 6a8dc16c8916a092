/** Colour times alpha and back, in 8 bits, rounded as Pillow does (`RGBA` <-> `RGBa`). */
import type { ByteImage } from '@mfim/tensor-contracts';

const BYTE_MAX = 255;

/** `round(colour * alpha / 255)` for each pixel of an RGBA picture. */
export function premultiply(image: ByteImage): ByteImage {
  const data = image.data.slice();
  for (let pixel = 0; pixel < data.length; pixel += 4) {
    const alpha = data[pixel + 3] as number;
    for (let channel = pixel; channel < pixel + 3; channel += 1) {
      const product = (data[channel] as number) * alpha + 128;
      data[channel] = ((product >> 8) + product) >> 8;
    }
  }
  return { ...image, data };
}

/** `floor(colour * 255 / alpha)`, at most 255, for each pixel of a premultiplied RGBA picture. */
export function unpremultiply(image: ByteImage): ByteImage {
  const data = image.data.slice();
  for (let pixel = 0; pixel < data.length; pixel += 4) {
    const alpha = data[pixel + 3] as number;
    if (alpha === 0 || alpha === BYTE_MAX) continue;
    for (let channel = pixel; channel < pixel + 3; channel += 1) {
      data[channel] = Math.min(BYTE_MAX, Math.floor((BYTE_MAX * (data[channel] as number)) / alpha));
    }
  }
  return { ...image, data };
}
