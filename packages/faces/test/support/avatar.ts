/** Pictures of people who do not exist: FFHQ-aligned, 256 x 256, from the npm package fake-avatars. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { decodePhoto } from '../../src/node/index.ts';

const FOLDER = join(dirname(createRequire(import.meta.url).resolve('fake-avatars/package.json')), 'avatars', 'png');

export async function avatar(name: string): Promise<ByteImage> {
  return decodePhoto(await readFile(join(FOLDER, name)), name);
}

export interface Placed {
  readonly image: ByteImage;
  readonly x: number;
  readonly y: number;
}

/** Pictures on a plain canvas. */
export function collage(width: number, height: number, pictures: readonly Placed[]): ByteImage {
  const data = new Uint8Array(width * height * 3).fill(110);
  for (const { image, x, y } of pictures) {
    for (let row = 0; row < image.height; row += 1) {
      const source = row * image.width * 3;
      data.set(image.data.subarray(source, source + image.width * 3), ((y + row) * width + x) * 3);
    }
  }
  return byteImage(data, { width, height, channels: 3 });
}
