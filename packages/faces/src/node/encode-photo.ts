/** Pixels to file bytes in Node, by sharp. */
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { loadSharp } from './load-sharp.ts';

/** Formats that are written: PNG without loss, JPEG and WebP at high quality. */
export type EncodedFormat = 'png' | 'jpeg' | 'webp';

const QUALITY = 95;
const FORMATS: readonly string[] = ['png', 'jpeg', 'webp'] satisfies readonly EncodedFormat[];

/**
 * Encodes a picture.
 *
 * @param image RGB or RGBA; JPEG drops transparency over white
 * @throws InputError for an unknown format, or when sharp is not installed
 */
export async function encodePhoto(image: ByteImage, format: EncodedFormat): Promise<Uint8Array> {
  if (!FORMATS.includes(format)) {
    throw new InputError({
      where: 'encodePhoto',
      expected: FORMATS.join(', '),
      got: format,
      remedy: 'choose one of these formats',
    });
  }
  const sharp = await loadSharp();
  const { width, height, channels } = image;
  const picture = sharp(image.data, { raw: { width, height, channels } });
  if (format === 'png') return picture.png().toBuffer();
  if (format === 'webp') return picture.webp({ quality: QUALITY }).toBuffer();
  return picture.flatten({ background: '#ffffff' }).jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' }).toBuffer();
}
