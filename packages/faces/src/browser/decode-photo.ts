/**
 * Photo bytes to pixels in a browser (page or worker), by `createImageBitmap`: EXIF orientation
 * applied, sRGB, transparency over white.
 */
import { byteImage, InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { checkPhoto, checkPixelCount, damagedPhoto } from '../check-photo.ts';

async function openBitmap(file: Blob, name: string): Promise<ImageBitmap> {
  const format = checkPhoto(new Uint8Array(await file.arrayBuffer()), name);
  try {
    return await createImageBitmap(file.slice(0, file.size, `image/${format}`), { imageOrientation: 'from-image' });
  } catch (error) {
    if (format !== 'tiff' && format !== 'avif') throw damagedPhoto(name, format, error);
    throw new InputError({
      where: name,
      expected: 'a picture that this browser can open',
      got: `a ${format.toUpperCase()} picture that is damaged or not supported here`,
      remedy: 'save it as JPEG or PNG',
      cause: error,
    });
  }
}

function readPixels(bitmap: ImageBitmap): Uint8ClampedArray {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new InputError({
      where: 'decodePhoto',
      expected: 'room for a canvas',
      got: `none of ${width} x ${height}`,
      remedy: 'choose a smaller photo',
    });
  }
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}

/**
 * Decodes a photo.
 *
 * @param file such as a dropped `File`
 * @param name of the file, for messages
 * @returns RGB, upright, sRGB
 * @throws InputError when the bytes are empty, no picture, damaged, in a format that is not decoded,
 *   or state too many pixels
 */
export async function decodePhoto(file: Blob, name: string): Promise<ByteImage> {
  const bitmap = await openBitmap(file, name);
  try {
    const { width, height } = bitmap;
    checkPixelCount(name, bitmap);
    const pixels = readPixels(bitmap);
    const data = new Uint8Array(width * height * 3);
    for (let source = 0, target = 0; source < pixels.length; source += 4, target += 3) {
      data[target] = pixels[source] as number;
      data[target + 1] = pixels[source + 1] as number;
      data[target + 2] = pixels[source + 2] as number;
    }
    return byteImage(data, { width, height, channels: 3 });
  } finally {
    bitmap.close();
  }
}
