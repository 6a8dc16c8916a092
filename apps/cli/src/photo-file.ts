/** Photos from and to files. */
import { extname } from 'node:path';
import { decodePhoto, encodePhoto } from '@mfim/faces/node';
import type { EncodedFormat } from '@mfim/faces/node';
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { readInputFile } from './input-file.ts';
import { writeWhole } from './output-file.ts';

const FORMATS: Readonly<Record<string, EncodedFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/**
 * @param what the photo's part in the call, such as `--source`
 * @throws InputError when the file is absent, no picture, damaged or too large
 */
export async function readPhoto(path: string, what: string): Promise<ByteImage> {
  return decodePhoto(await readInputFile(path, what), path);
}

/** @throws InputError when the file name does not say a format that we write. */
export function formatOf(path: string): EncodedFormat {
  const extension = extname(path).toLowerCase();
  const format = FORMATS[extension];
  if (format !== undefined) return format;
  throw new InputError({
    where: `output ${path}`,
    expected: `a file name that ends with ${Object.keys(FORMATS).join(', ')}`,
    got: extension === '' ? 'no extension' : extension,
    remedy: 'rename it; .png keeps every pixel',
  });
}

/** Writes a picture in the format that its name says. */
export async function writePhoto(path: string, image: ByteImage): Promise<void> {
  await writeWhole(path, await encodePhoto(image, formatOf(path)));
}
