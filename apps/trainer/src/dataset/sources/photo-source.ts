/**
 * Where photos come from: a folder, a zip, a tar or a Parquet file, each one file beside this one. A source is walked
 * once, in an order that is the same every time, and hands out names before bytes, so that photos which are there
 * already cost nothing. Damage of one photo is thrown by its `read`; damage of the whole archive by the walk.
 */
import { InputError } from '@mfim/tensor-contracts';

/** One photo of a source. */
export interface SourcePhoto {
  /** Its path inside the source, with `/`. A label, never a path to write to: it may say anything. */
  readonly name: string;
  /**
   * The file's bytes; call it before the next photo is asked for, or not at all.
   * @throws InputError when this photo is damaged, too large, or has a name that leads out of its archive
   */
  readonly read: () => Promise<Uint8Array>;
}

/** A folder or an archive of photos. */
export interface PhotoSource {
  readonly path: string;
  /** What the source holds beside photos and nothing here uses, such as labels: sentences for people. */
  readonly unused?: readonly string[];
  /** At most this many photos, where the format says so before everything is read. */
  readonly most?: number;
  /** @throws InputError when the archive is damaged, after the photos before the damage */
  readonly photos: () => AsyncIterable<SourcePhoto>;
}

/** The largest photo file that is read: a JPEG of 120 million pixels, our decoder's limit, seldom takes half of it. */
export const PHOTO_BYTES_LIMIT = 128 * 1024 * 1024;

/** Names that are photos. HEIC, GIF and BMP are refused by the decoder with the cure, not passed over. */
const PHOTO_NAME = /\.(?:jpe?g|png|webp|avif|tiff?|heic|heif|gif|bmp)$/iu;

/** Whether a file of this name is a photo; hidden files (`._face.jpg` of macOS) are not. */
export function isPhotoName(name: string): boolean {
  return PHOTO_NAME.test(name) && !name.slice(name.lastIndexOf('/') + 1).startsWith('.');
}

/** Refuses a declared size above `PHOTO_BYTES_LIMIT` before anything of that size is allocated. */
export function checkPhotoBytes(name: string, bytes: number): void {
  if (bytes <= PHOTO_BYTES_LIMIT) return;
  throw new InputError({
    where: name,
    expected: `a photo of at most ${PHOTO_BYTES_LIMIT} bytes`,
    got: `${bytes} bytes`,
    remedy: 'make the picture smaller first',
  });
}

/** The error for an archive that cannot be read on. */
export function damagedArchive(path: string, format: string, cause: unknown): InputError {
  return new InputError({
    where: path,
    expected: `a whole ${format}`,
    got: cause instanceof Error ? cause.message : String(cause),
    remedy: 'copy or download it again and repeat the command; photos that were prepared are kept',
    cause,
  });
}
