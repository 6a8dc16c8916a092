import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Face, FaceFinder, Point } from '@mfim/faces';
import { InputError } from '@mfim/tensor-contracts';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { alignGenerated } from '../src/dataset/align-generated.ts';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { openDataset } from '../src/dataset/open-dataset.ts';
import { preparePhotos } from '../src/dataset/prepare-photos.ts';

const SIDE = 64;

/** 68 landmarks of an upright face whose eyes lie at `left` and `right`, and whose mouth lies `down` below. */
function landmarks(left: Point, right: Point, down: number): Point[] {
  const middle = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  return Array.from({ length: 68 }, (_, index) => {
    if (index >= 36 && index < 42) return left;
    if (index >= 42 && index < 48) return right;
    if (index === 48) return { x: left.x, y: left.y + down };
    if (index === 54) return { x: right.x, y: right.y + down };
    return middle;
  });
}

/** A finder that sees one face in every picture that is not black. */
function finderOf(face: Omit<Face, 'index' | 'box'>): FaceFinder & { calls: number } {
  const finder = {
    calls: 0,
    find: async (photo: { data: Uint8Array }): Promise<Face[]> => {
      finder.calls += 1;
      const box = { x: 0, y: 0, width: SIDE, height: SIDE };
      return photo.data.some((value) => value > 8) ? [{ index: 0, box, ...face }] : [];
    },
    release: async () => undefined,
  };
  return finder;
}

const centred = landmarks({ x: 24, y: 28 }, { x: 40, y: 28 }, 18);

function picture(level: number): Promise<Buffer> {
  const background = { r: level, g: level, b: level };
  return sharp({ create: { width: SIDE, height: SIDE, channels: 3, background } }).png().toBuffer();
}

describe('preparing photos', () => {
  let photos: string;
  let outputs: { folder: string; size: number }[];

  beforeAll(async () => {
    photos = await mkdtemp(path.join(tmpdir(), 'mfim-photos-'));
    await mkdir(path.join(photos, 'more'));
    for (const [index, level] of [60, 120, 180].entries()) {
      await writeFile(path.join(photos, 'more', `good-${index}.png`), await picture(level));
    }
    await writeFile(path.join(photos, 'black.png'), await picture(0));
    await writeFile(path.join(photos, 'cut-short.png'), (await picture(90)).subarray(0, 60));
    await writeFile(path.join(photos, 'text.jpg'), 'this is no picture');
    await writeFile(path.join(photos, 'notes.txt'), 'not looked at');
    outputs = [
      { folder: path.join(photos, 'set-16'), size: 16 },
      { folder: path.join(photos, 'set-32'), size: 32 },
    ];
  });

  test('aligns the good ones into every size, lists the others, and does no work twice', async () => {
    const source = { name: 'mine', folder: photos, licence: 'CC0', heldOut: 2 };
    const first = finderOf({ score: 0.9, landmarks: centred });
    const report = await preparePhotos({ sources: [source], outputs, finder: first });
    expect(report.count).toBe(3);
    expect(report.skipped.map(({ origin }) => origin).toSorted()).toEqual(['mine/black.png', 'mine/cut-short.png', 'mine/text.jpg']);
    expect(report.skipped.find(({ origin }) => origin.includes('black'))?.reason).toBe('no face found');
    for (const { folder, size } of outputs) {
      const dataset = await openDataset(folder);
      expect(dataset.index.images.map(({ origin }) => origin)).toEqual([0, 1, 2].map((index) => `mine/more/good-${index}.png`));
      const levels = [...(await dataset.read([0, 1, 2]))].filter((_, index) => index % (size * size * 3) === 0);
      expect(levels).toEqual([60, 120, 180]);
      expect(dataset.index.images.every(({ licence }) => licence === 'CC0')).toBe(true);
      await dataset.close();
    }
    const second = finderOf({ score: 0.9, landmarks: centred });
    const repeated = await preparePhotos({ sources: [source], outputs, finder: second });
    expect(repeated.count).toBe(3);
    expect(second.calls).toBe(1);
  });

  test('the held-out photos are the same in every run', async () => {
    const splits: string[][] = [];
    for (const name of ['a', 'b']) {
      const folder = path.join(photos, `split-${name}`);
      const source = { name, folder: path.join(photos, 'more'), licence: 'CC0', heldOut: 1 };
      await preparePhotos({ sources: [source], outputs: [{ folder, size: 8 }], finder: finderOf({ score: 1, landmarks: centred }) });
      const dataset = await openDataset(folder);
      splits.push(dataset.index.images.map(({ split }) => split));
      await dataset.close();
    }
    expect(splits[0]).toEqual(splits[1]);
    expect(splits[0]?.filter((split) => split === 'held-out')).toHaveLength(1);
  });

  test('a folder without enough photos is refused', async () => {
    const source = { name: 'mine', folder: path.join(photos, 'more'), licence: 'CC0', heldOut: 9 };
    const finder = finderOf({ score: 1, landmarks: centred });
    await expect(preparePhotos({ sources: [source], outputs, finder })).rejects.toThrow(InputError);
  });
});

describe('aligning generated faces', () => {
  const margin = SIDE / 4;

  /** Landmarks as the finder sees them, in the picture with its border repeated. */
  const seen = (points: readonly Point[]): Point[] => points.map(({ x, y }) => ({ x: x + margin, y: y + margin }));

  async function align(face: Omit<Face, 'index' | 'box'>): Promise<string[]> {
    const folder = await mkdtemp(path.join(tmpdir(), 'mfim-generated-'));
    const writer = await openDatasetWriter(path.join(folder, 'raw'), SIDE);
    const record = { origin: 'generator/0', split: 'train', licence: 'generated' } as const;
    await writer.append(new Uint8Array(SIDE * SIDE * 3).fill(200), [record]);
    await writer.close();
    const finder = finderOf(face);
    const outputs = [{ folder: path.join(folder, 'aligned'), size: 16 }];
    const report = await alignGenerated({ generated: path.join(folder, 'raw'), outputs, finder });
    expect(report.count + report.skipped.length).toBe(1);
    return report.skipped.map(({ reason }) => reason);
  }

  test('keeps a sure, upright face of the usual size', async () => {
    expect(await align({ score: 0.95, landmarks: seen(landmarks({ x: 22, y: 24 }, { x: 42, y: 24 }, 24)) })).toEqual([]);
  });

  test('skips a face that the detector doubts, that is tilted, or that is too small', async () => {
    expect(await align({ score: 0.5, landmarks: seen(centred) })).toEqual(['detector score 0.50']);
    const tilted = seen(landmarks({ x: 20, y: 10 }, { x: 40, y: 40 }, 24));
    expect((await align({ score: 0.95, landmarks: tilted }))[0]).toMatch(/^tilt of/u);
    const small = seen(landmarks({ x: 30, y: 28 }, { x: 34, y: 28 }, 5));
    expect((await align({ score: 0.95, landmarks: small }))[0]).toMatch(/^crop of 0\.\d+ image sides/u);
  });
});
