/**
 * Photo bytes to pixels in Node, by sharp (libvips): EXIF orientation applied, colours converted to
 * sRGB by the embedded profile (CMYK too), 16 bits to 8, grey to RGB, transparency over white.
 */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { checkPhoto, checkPixelCount, damagedPhoto, PIXEL_LIMIT } from '../check-photo.ts';
import type { PhotoFormat } from '../photo-format.ts';
import { loadSharp } from './load-sharp.ts';
import type { SharpModule } from './load-sharp.ts';

/** How to decode. */
export interface DecodeOptions {
  /** `white` (default): transparent parts become white, RGB. `keep`: RGBA where there is transparency. */
  readonly alpha?: 'white' | 'keep';
}

interface Source {
  readonly sharp: SharpModule;
  readonly bytes: Uint8Array;
  readonly name: string;
}

async function decodePixels({ sharp, bytes, name }: Source, alpha: 'white' | 'keep'): Promise<ByteImage> {
  const picture = sharp(bytes, { limitInputPixels: PIXEL_LIMIT, failOn: 'error', autoOrient: true });
  const metadata = await picture.metadata();
  checkPixelCount(name, metadata);
  const keepsAlpha = alpha === 'keep' && metadata.hasAlpha;
  const opaque = keepsAlpha ? picture : picture.flatten({ background: '#ffffff' }).removeAlpha();
  const { data, info } = await opaque
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return byteImage(pixels, { width: info.width, height: info.height, channels: info.channels as 3 | 4 });
}

/** sharp's own refusal of too many pixels, for headers that `checkPhoto` cannot read. */
function isPixelLimit(error: unknown): boolean {
  return error instanceof Error && error.message.includes('exceeds pixel limit');
}

/**
 * Decodes a photo.
 *
 * @param bytes of a JPEG, PNG, WebP, AVIF or TIFF file
 * @param name of the file, for messages
 * @returns RGB (RGBA with `alpha: 'keep'`), upright, sRGB
 * @throws InputError when the bytes are empty, no picture, damaged, in another format, or state too
 *   many pixels; or when sharp is not installed
 */
export async function decodePhoto(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<ByteImage> {
  const format: PhotoFormat = checkPhoto(bytes, name);
  const sharp = await loadSharp();
  try {
    return await decodePixels({ sharp, bytes, name }, options.alpha ?? 'white');
  } catch (error) {
    if (isPixelLimit(error)) checkPixelCount(name, { width: Infinity, height: 1 });
    throw error instanceof Error && error.name === 'InputError' ? error : damagedPhoto(name, format, error);
  }
}
