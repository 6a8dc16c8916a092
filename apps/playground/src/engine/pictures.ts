/** Pixels of ours to pictures of the browser's. All stays lossless: there is no transparency. */
import { InternalError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';

const OPAQUE = 255;

function imageData(image: ByteImage): ImageData {
  const { width, height, channels, data } = image;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    pixels[pixel * 4] = data[pixel * channels] as number;
    pixels[pixel * 4 + 1] = data[pixel * channels + 1] as number;
    pixels[pixel * 4 + 2] = data[pixel * channels + 2] as number;
    pixels[pixel * 4 + 3] = OPAQUE;
  }
  return new ImageData(pixels, width, height);
}

/** A picture for a canvas. */
export function toBitmap(image: ByteImage): Promise<ImageBitmap> {
  return createImageBitmap(imageData(image));
}

/** A PNG file. */
export async function toPng(image: ByteImage): Promise<Blob> {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  if (context === null) {
    throw new InternalError({ where: 'toPng', expected: 'a canvas', got: 'none', remedy: 'close other tabs and try again' });
  }
  context.putImageData(imageData(image), 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}
