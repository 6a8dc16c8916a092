/** Refuses bytes that are not a photo we can decode, before any decoder sees them. */
import { InputError } from '@mfim/tensor-contracts';
import { photoFormat } from './photo-format.ts';
import type { ForeignFormat, PhotoFormat } from './photo-format.ts';
import { photoSize } from './photo-size.ts';

/** The most pixels that are decoded: 120 million, more than a 108-megapixel telephone gives. */
export const PIXEL_LIMIT = 120_000_000;

const DECODABLE: readonly string[] = ['jpeg', 'png', 'webp', 'avif', 'tiff'] satisfies readonly PhotoFormat[];
const EXPECTED = 'a JPEG, PNG, WebP, AVIF or TIFF picture';
const HEIC_REMEDY =
  'export the photo as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible; or share it by mail)';

function refuse(name: string, got: string, remedy: string): never {
  throw new InputError({ where: name, expected: EXPECTED, got, remedy });
}

function isDecodable(format: PhotoFormat | ForeignFormat): format is PhotoFormat {
  return DECODABLE.includes(format);
}

/** Refuses more pixels than `PIXEL_LIMIT`. */
export function checkPixelCount(name: string, size: { readonly width: number; readonly height: number }): void {
  if (size.width * size.height <= PIXEL_LIMIT) return;
  throw new InputError({
    where: name,
    expected: `at most ${PIXEL_LIMIT / 1e6} million pixels`,
    got: `${size.width} x ${size.height} = ${Math.round((size.width * size.height) / 1e6)} million`,
    remedy: 'make the picture smaller first',
  });
}

/**
 * The format of a photo's bytes.
 *
 * @param name of the file, for messages
 * @throws InputError when there are no bytes, when they are no picture, are in a format that is not
 *   decoded (HEIC, GIF, ...), or state more than `PIXEL_LIMIT` pixels
 */
export function checkPhoto(bytes: Uint8Array, name: string): PhotoFormat {
  if (bytes.length === 0) refuse(name, 'an empty file', 'choose another file, or copy it again');
  const format = photoFormat(bytes);
  if (format === undefined) refuse(name, 'something that is no picture', 'choose a photo');
  if (!isDecodable(format)) {
    refuse(name, format.toUpperCase(), format === 'heic' ? HEIC_REMEDY : 'save the picture as JPEG or PNG');
  }
  const size = photoSize(bytes, format);
  if (size !== undefined) checkPixelCount(name, size);
  return format;
}

/** The error for bytes that begin like a photo but cannot be decoded. */
export function damagedPhoto(name: string, format: PhotoFormat, cause: unknown): InputError {
  const reason = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause);
  return new InputError({
    where: name,
    expected: `a whole ${format.toUpperCase()} picture`,
    got: `one that cannot be decoded (${reason})`,
    remedy: 'copy or download the file again, it may be cut short',
    cause,
  });
}
