/** A dataset's images side by side as one PNG, to look at. */
import { InputError } from '@mfim/tensor-contracts';
import sharp from 'sharp';
import { imageBytes } from './dataset-index.ts';
import type { Dataset } from './open-dataset.ts';

const MOST_IMAGES = 1024;

/**
 * @param dataset - an open dataset
 * @param numbers - images to show, row by row
 * @param columns - images in a row
 * @returns bytes of a PNG file
 * @throws InputError when there are no images to show, or more than 1024
 */
export async function contactSheet(dataset: Dataset, numbers: readonly number[], columns: number): Promise<Uint8Array> {
  if (numbers.length === 0 || numbers.length > MOST_IMAGES || columns < 1) {
    throw new InputError({
      where: 'contactSheet',
      expected: `1 to ${MOST_IMAGES} images in at least 1 column`,
      got: `${numbers.length} images in ${columns} columns`,
      remedy: 'choose fewer images',
    });
  }
  const { size } = dataset.index;
  const rowBytes = size * 3;
  const pixels = await dataset.read(numbers);
  const width = columns * size;
  const height = Math.ceil(numbers.length / columns) * size;
  const sheet = new Uint8Array(width * height * 3);
  for (let position = 0; position < numbers.length; position += 1) {
    for (let row = 0; row < size; row += 1) {
      const source = position * imageBytes(size) + row * rowBytes;
      const y = Math.floor(position / columns) * size + row;
      sheet.set(pixels.subarray(source, source + rowBytes), y * width * 3 + (position % columns) * rowBytes);
    }
  }
  return new Uint8Array(await sharp(sheet, { raw: { width, height, channels: 3 } }).png().toBuffer());
}
