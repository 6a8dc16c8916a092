import { appendFile, cp, mkdtemp, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { datasetHash, verifyDataset } from '../src/dataset/dataset-hash.ts';
import { imageBytes, readIndex } from '../src/dataset/dataset-index.ts';
import type { ImageRecord } from '../src/dataset/dataset-index.ts';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { openDataset } from '../src/dataset/open-dataset.ts';

const SIZE = 4;
const BYTES = imageBytes(SIZE);
let folder: string;

function record(number: number): ImageRecord {
  return { origin: `test/${number}`, split: 'train', licence: 'CC0' };
}

async function fill(into: string, count: number, chunk: number): Promise<void> {
  const writer = await openDatasetWriter(into, SIZE);
  for (let first = 0; first < count; first += chunk) {
    const length = Math.min(chunk, count - first);
    const pixels = Uint8Array.from({ length: length * BYTES }, (_, index) => (first * BYTES + index) % 251);
    await writer.append(pixels, Array.from({ length }, (_, offset) => record(first + offset)));
  }
  await writer.close();
}

async function flip(byte: number): Promise<void> {
  const file = await open(path.join(folder, 'images.u8'), 'r+');
  await file.write(Uint8Array.of(255), 0, 1, byte);
  await file.close();
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mfim-hash-'));
});

describe('the hash of a dataset', () => {
  test('says the same wherever and in whatever chunks the images were written', async () => {
    await fill(path.join(folder, 'a'), 10, 3);
    await fill(path.join(folder, 'b'), 10, 10);
    const hash = await datasetHash(path.join(folder, 'a'));
    expect(hash).toMatch(/^[\da-f]{64}$/u);
    expect(await datasetHash(path.join(folder, 'b'))).toBe(hash);
    expect((await verifyDataset(path.join(folder, 'b'))).hash).toBe(hash);
    await fill(path.join(folder, 'c'), 9, 3);
    expect(await datasetHash(path.join(folder, 'c'))).not.toBe(hash);
    const writer = await openDatasetWriter(path.join(folder, 'a'), SIZE);
    writer.holdOut(new Set(['test/3']));
    await writer.close();
    expect(await datasetHash(path.join(folder, 'a'))).not.toBe(hash);
  });

  test('is read from the index alone; of a dataset without sums it is computed from the pixels', async () => {
    await fill(folder, 5, 2);
    const hash = await datasetHash(folder);
    const index = path.join(folder, 'index.json');
    await writeFile(index, (await readFile(index, 'utf8')).replaceAll(/,"sha256":"[\da-f]{64}"/gu, ''));
    expect(await datasetHash(folder)).toBe(hash);
    expect(await verifyDataset(folder)).toMatchObject({ count: 5, size: SIZE, unsummed: 5, hash });
  });

  test('a changed byte is named, and so is a wrong length', async () => {
    await fill(folder, 5, 5);
    expect(await verifyDataset(folder)).toMatchObject({ unsummed: 0 });
    await cp(folder, `${folder}-copy`, { recursive: true });
    await flip(3 * BYTES + 7);
    await expect(verifyDataset(folder)).rejects.toThrow(/1 changed: image 3 \(test\/3\)/u);
    await appendFile(path.join(`${folder}-copy`, 'images.u8'), new Uint8Array(1));
    await expect(verifyDataset(`${folder}-copy`)).rejects.toThrow(`expected ${5 * BYTES} bytes in images.u8, got ${5 * BYTES + 1}`);
    await truncate(path.join(folder, 'images.u8'), 5 * BYTES - 1);
    await expect(verifyDataset(folder)).rejects.toThrow(InputError);
    await expect(verifyDataset(path.join(folder, 'absent'))).rejects.toThrow(InputError);
  });
});

describe('the journal', () => {
  test('a writer that was killed loses nothing that it had appended; half a line is dropped', async () => {
    const writer = await openDatasetWriter(`${folder}-open`, SIZE);
    await writer.append(new Uint8Array(2 * BYTES), [record(0), record(1)]);
    // What lies on the disk while the writer is open is what a killed one leaves.
    await cp(`${folder}-open`, folder, { recursive: true });
    await writer.close();
    await appendFile(path.join(folder, 'index.journal.jsonl'), '{"number":2,"orig');
    expect((await readIndex(folder))?.count).toBe(2);
    const next = await openDatasetWriter(folder, SIZE);
    await next.append(new Uint8Array(BYTES).fill(9), [record(2)]);
    await next.close();
    expect((await readIndex(folder))?.images.map(({ origin }) => origin)).toEqual(['test/0', 'test/1', 'test/2']);
    await expect(readFile(path.join(folder, 'index.journal.jsonl'))).rejects.toThrow(/ENOENT/u);
    await expect(verifyDataset(folder)).resolves.toMatchObject({ count: 3 });
  });

  test('lines that the index holds already are skipped, and a gap or a damaged line is refused', async () => {
    await fill(folder, 2, 2);
    const journal = path.join(folder, 'index.journal.jsonl');
    await writeFile(journal, `${JSON.stringify({ number: 1, ...record(1) })}\n`);
    expect((await readIndex(folder))?.count).toBe(2);
    await writeFile(journal, `${JSON.stringify({ number: 3, ...record(3) })}\n`);
    await expect(readIndex(folder)).rejects.toThrow(/record 3 after 2 records/u);
    await writeFile(journal, 'not json\n');
    await expect(readIndex(folder)).rejects.toThrow(InputError);
  });
});

describe('reading by number', () => {
  test('reads that overlap in time do not disturb one another', async () => {
    await fill(folder, 40, 16);
    const dataset = await openDataset(folder);
    const requests = Array.from({ length: 60 }, (_, seed) => Array.from({ length: 1 + (seed % 7) }, (_unused, position) => (seed * 17 + position * (seed % 3)) % 40));
    const apart = [];
    for (const numbers of requests) apart.push(await dataset.read(numbers));
    expect(await Promise.all(requests.map((numbers) => dataset.read(numbers)))).toEqual(apart);
    expect([dataset.count, dataset.size]).toEqual([40, SIZE]);
    await dataset.close();
  });

  test('into memory that the caller has', async () => {
    await fill(folder, 6, 6);
    const dataset = await openDataset(folder);
    const memory = new Uint8Array(4 * BYTES).fill(7);
    const read = await dataset.read([5, 2, 3], memory);
    expect(read.buffer).toBe(memory.buffer);
    expect(read).toEqual(await dataset.read([5, 2, 3]));
    expect([...memory.subarray(3 * BYTES)].every((byte) => byte === 7)).toBe(true);
    await expect(dataset.read([0, 1, 2, 3, 4], memory)).rejects.toThrow(ShapeError);
    await dataset.close();
  });
});
