import { appendFile, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import sharp from 'sharp';
import { contactSheet } from '../src/dataset/contact-sheet.ts';
import { imageBytes } from '../src/dataset/dataset-index.ts';
import type { ImageRecord } from '../src/dataset/dataset-index.ts';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { openDataset } from '../src/dataset/open-dataset.ts';

const SIZE = 4;

const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'mfim-dataset-'));

function records(first: number, count: number): ImageRecord[] {
  return Array.from({ length: count }, (_, offset) => ({
    origin: `test/${first + offset}`,
    split: (first + offset) % 3 === 0 ? 'held-out' : 'train',
    licence: 'CC0',
  }));
}

/** Image `number` is filled with that number. */
function pixels(first: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count * imageBytes(SIZE) }, (_, index) => first + Math.floor(index / imageBytes(SIZE)));
}

async function fill(folder: string, count: number): Promise<void> {
  const writer = await openDatasetWriter(folder, SIZE);
  await writer.append(pixels(0, count), records(0, count));
  await writer.close();
}

describe('a dataset folder', () => {
  test('what is written in any chunks is read back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }), async (chunks) => {
        const folder = await newFolder();
        let written = 0;
        for (const chunk of chunks) {
          const writer = await openDatasetWriter(folder, SIZE);
          await writer.append(pixels(written, chunk), records(written, chunk));
          await writer.close();
          written += chunk;
        }
        const dataset = await openDataset(folder);
        const everything = Array.from({ length: written }, (_, number) => number);
        expect(await dataset.read(everything)).toEqual(pixels(0, written));
        expect([...dataset.numbersOf('train'), ...dataset.numbersOf('held-out')].toSorted((a, b) => a - b)).toEqual(everything);
        await dataset.close();
      }),
      { numRuns: 15 },
    );
  });

  test('images are read in the order asked for', async () => {
    const folder = await newFolder();
    await fill(folder, 5);
    const dataset = await openDataset(folder);
    const read = await dataset.read([4, 0, 4]);
    expect([0, 1, 2].map((position) => read[position * imageBytes(SIZE)])).toEqual([4, 0, 4]);
    await expect(dataset.read([5])).rejects.toThrow(InputError);
    await expect(dataset.read([0.5])).rejects.toThrow(InputError);
    await dataset.close();
  });

  test('pixels that the index does not count (a killed writer) are dropped on resume', async () => {
    const folder = await newFolder();
    await fill(folder, 2);
    await appendFile(path.join(folder, 'images.u8'), new Uint8Array(7));
    const writer = await openDatasetWriter(folder, SIZE);
    await writer.append(pixels(2, 1), records(2, 1));
    await writer.close();
    const dataset = await openDataset(folder);
    expect(await dataset.read([0, 1, 2])).toEqual(pixels(0, 3));
    await dataset.close();
  });

  test('a reader that is open while the folder grows keeps what it saw', async () => {
    const folder = await newFolder();
    await fill(folder, 2);
    const dataset = await openDataset(folder);
    const writer = await openDatasetWriter(folder, SIZE);
    await writer.append(pixels(2, 1), records(2, 1));
    await writer.close();
    expect(dataset.index.count).toBe(2);
    expect(await dataset.read([1])).toEqual(pixels(1, 1));
    await dataset.close();
  });

  test('damage and misuse are refused', async () => {
    const folder = await newFolder();
    await expect(openDataset(folder)).rejects.toThrow(/no index.json.*prepare the dataset/u);
    await fill(folder, 2);
    await expect(openDatasetWriter(folder, SIZE * 2)).rejects.toThrow(InputError);
    const writer = await openDatasetWriter(folder, SIZE);
    await expect(writer.append(pixels(0, 1), records(0, 2))).rejects.toThrow(ShapeError);
    await writer.close();
    await truncate(path.join(folder, 'images.u8'), 10);
    await expect(openDataset(folder)).rejects.toThrow(InputError);
    await expect(openDatasetWriter(folder, SIZE)).rejects.toThrow(InputError);
    const index = path.join(folder, 'index.json');
    await writeFile(index, (await readFile(index, 'utf8')).replace('"count":2', '"count":3'));
    await expect(openDataset(folder)).rejects.toThrow(/count differs/u);
    await writeFile(index, '{ not json');
    await expect(openDataset(folder)).rejects.toThrow(InputError);
  });

  test('the contact sheet shows the images row by row', async () => {
    const folder = await newFolder();
    await fill(folder, 3);
    const dataset = await openDataset(folder);
    const { data, info } = await sharp(await contactSheet(dataset, [0, 1, 2], 2)).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([2 * SIZE, 2 * SIZE, 3]);
    expect([data[0], data[SIZE * 3], data[SIZE * 2 * SIZE * 3]]).toEqual([0, 1, 2]);
    await expect(contactSheet(dataset, [], 2)).rejects.toThrow(InputError);
    await dataset.close();
  });
});
