import { mkdir, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resample } from '@mfim/faces';
import type { Face, FaceFinder, Point } from '@mfim/faces';
import { decodePhoto } from '@mfim/faces/node';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { alignGenerated } from '../src/dataset/align-generated.ts';
import { datasetHash, verifyDataset } from '../src/dataset/dataset-hash.ts';
import { readIndex } from '../src/dataset/dataset-index.ts';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { openDataset } from '../src/dataset/open-dataset.ts';
import { prepareDataset } from '../src/dataset/prepare-dataset.ts';
import type { PreparationResult, PrepareDatasetOptions } from '../src/dataset/prepare-dataset.ts';
import { greyPng, noisePng, writeImageParquet, writeTar, writeZip } from './small-archives.ts';
import type { Member } from './small-archives.ts';

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

/** As the command does it, for one collection named `mine`. */
function prepare(paths: readonly string[], options: Partial<PrepareDatasetOptions> & { readonly heldOut?: number } = {}): Promise<PreparationResult> {
  const { heldOut = 0, ...others } = options;
  const collections = [{ name: 'mine', paths, licence: 'CC0', heldOut }];
  const rest = { minimumFace: 0, maxSkipped: 0.1, duplicates: { distance: 0, keep: false } };
  return prepareDataset({ collections, outputs: [], finder: finderOf({ score: 1, landmarks: centred }), ...rest, ...others });
}

async function originsOf(folder: string): Promise<string[]> {
  return (await readIndex(folder))?.images.map(({ origin }) => origin) ?? [];
}

describe('preparing photos', () => {
  let photos: string;
  let outputs: { folder: string; size: number }[];

  beforeAll(async () => {
    photos = await mkdtemp(path.join(tmpdir(), 'mfim-photos-'));
    await mkdir(path.join(photos, 'in', 'more'), { recursive: true });
    for (const number of [0, 1, 2]) await writeFile(path.join(photos, 'in', 'more', `good-${number}.png`), await noisePng(number));
    await writeFile(path.join(photos, 'in', 'black.png'), await greyPng(0));
    await writeFile(path.join(photos, 'in', 'cut-short.png'), (await greyPng(90)).subarray(0, 60));
    await writeFile(path.join(photos, 'in', 'text.jpg'), 'this is no picture');
    await writeFile(path.join(photos, 'in', 'notes.txt'), 'not looked at');
    outputs = [
      { folder: path.join(photos, 'set-16'), size: 16 },
      { folder: path.join(photos, 'set-32'), size: 32 },
    ];
  });

  test('aligns the good ones into every size, lists the others, and does no work twice', async () => {
    const first = finderOf({ score: 0.9, landmarks: centred });
    const result = await prepare([path.join(photos, 'in')], { outputs, finder: first, heldOut: 2 });
    expect(result).toMatchObject({ count: 3, read: 6, duplicates: [] });
    expect(result.stopped).toBeUndefined();
    expect(result.skipped.map(({ origin }) => origin).toSorted()).toEqual(['mine/black.png', 'mine/cut-short.png', 'mine/text.jpg']);
    expect(result.skipped.find(({ origin }) => origin.includes('black'))?.reason).toBe('no face found');
    expect(result.skipped.find(({ origin }) => origin.includes('text'))?.reason).toMatch(/got something that is no picture$/u);
    for (const { folder, size } of outputs) {
      const dataset = await openDataset(folder);
      expect(dataset.size).toBe(size);
      expect(await originsOf(folder)).toEqual([0, 1, 2].map((number) => `mine/more/good-${number}.png`));
      expect(dataset.index.images.every(({ licence, faceSide }) => licence === 'CC0' && faceSide === dataset.index.images[0]?.faceSide)).toBe(true);
      expect(dataset.numbersOf('held-out')).toHaveLength(2);
      await dataset.close();
      await expect(verifyDataset(folder)).resolves.toMatchObject({ unsummed: 0 });
    }
    const before = await datasetHash(outputs[0]?.folder as string);
    const second = finderOf({ score: 0.9, landmarks: centred });
    const repeated = await prepare([path.join(photos, 'in')], { outputs, finder: second, heldOut: 2 });
    expect(repeated).toMatchObject({ count: 3, read: 3 });
    expect(second.calls).toBe(1);
    expect(await datasetHash(outputs[0]?.folder as string)).toBe(before);
  });

  test('a run that was interrupted goes on and ends as one that was not', async () => {
    const members: Member[] = await Promise.all([0, 1, 2, 3, 4, 5].map(async (number): Promise<Member> => [`${number}.png`, await noisePng(number)]));
    const tar = path.join(photos, 'faces.tar');
    const whole = [{ folder: path.join(photos, 'whole'), size: 8 }];
    const parts = [{ folder: path.join(photos, 'parts'), size: 8 }];
    await writeTar(tar, members);
    await prepare([tar], { outputs: whole, heldOut: 2 });
    const bytes = await readFile(tar);
    await truncate(tar, bytes.indexOf('4.png') + 100);
    const interrupted = await prepare([tar], { outputs: parts, heldOut: 2 });
    expect(interrupted.stopped?.message).toMatch(/Unexpected end of data.*photos that were prepared are kept/u);
    expect(interrupted.count).toBe(4);
    await writeFile(tar, bytes);
    expect(await prepare([tar], { outputs: parts, heldOut: 2 })).toMatchObject({ count: 6, read: 2 });
    expect(await datasetHash(parts[0]?.folder as string)).toBe(await datasetHash(whole[0]?.folder as string));
  });

  test('a size that joins later, or that a killed run had not written yet, gets every image', async () => {
    const more = [path.join(photos, 'in', 'more')];
    const [small, large] = [8, 16].map((size) => ({ folder: path.join(photos, `joined-${size}`), size })) as [{ folder: string; size: number }, { folder: string; size: number }];
    await prepare(more, { outputs: [large] });
    const joined = await prepare(more, { outputs: [large, small], heldOut: 1 });
    expect(joined).toMatchObject({ count: 3, read: 3, duplicates: [] });
    expect(await originsOf(small.folder)).toEqual(await originsOf(large.folder));
    const splits = await Promise.all([small, large].map(async ({ folder }) => (await readIndex(folder))?.images.map(({ split }) => split)));
    expect(splits[0]).toEqual(splits[1]);
  });

  test('the same photos from a folder, a zip, a tar and a Parquet file give the same pixels', async () => {
    const pictures = await Promise.all([0, 1, 2].map((number) => noisePng(number)));
    const members = pictures.map((picture, number): Member => [`${number}.png`, picture]);
    const folder = path.join(photos, 'plain');
    await mkdir(folder);
    for (const [name, picture] of members) await writeFile(path.join(folder, name), picture);
    await writeZip(path.join(photos, 'same.zip'), members);
    await writeTar(path.join(photos, 'same.tar.gz'), members);
    await writeImageParquet(path.join(photos, 'same.parquet'), pictures.map((bytes, number) => ({ bytes, path: `${number}.png` })));
    const read: Uint8Array[] = [];
    for (const name of ['plain', 'same.zip', 'same.tar.gz', 'same.parquet']) {
      const output = path.join(photos, `out-${name}`);
      await prepare([path.join(photos, name)], { outputs: [{ folder: output, size: 16 }], finder: 'aligned' });
      const dataset = await openDataset(output);
      read.push(await dataset.read([0, 1, 2]));
      await dataset.close();
    }
    expect(read.slice(1).every((pixels) => Buffer.from(pixels).equals(read[0] as Uint8Array))).toBe(true);
    expect(await originsOf(path.join(photos, 'out-same.zip'))).toEqual(['mine/same/0.png', 'mine/same/1.png', 'mine/same/2.png']);
    expect(await originsOf(path.join(photos, 'out-plain'))).toEqual(['mine/0.png', 'mine/1.png', 'mine/2.png']);
  });

  test('aligned photos keep their pixels, or are reduced as Pillow does; those that are not square are skipped', async () => {
    const folder = path.join(photos, 'aligned');
    await mkdir(folder);
    await writeFile(path.join(folder, 'square.png'), await noisePng(1, 32));
    await writeFile(path.join(folder, 'wide.png'), await sharp({ create: { width: 40, height: 32, channels: 3, background: '#888' } }).png().toBuffer());
    await writeFile(path.join(folder, 'small.png'), await noisePng(2, 8));
    const aligned = [32, 16].map((size) => ({ folder: path.join(photos, `aligned-${size}`), size }));
    const result = await prepare([folder], { outputs: aligned, finder: 'aligned', minimumFace: 16 });
    expect(result.skipped).toEqual([
      { origin: 'mine/small.png', reason: 'a face of 8 pixels, less than 16' },
      { origin: 'mine/wide.png', reason: '40 x 32 pixels: aligned faces are square' },
    ]);
    const original = await decodePhoto(await noisePng(1, 32), 'square.png');
    for (const { folder: output, size } of aligned) {
      const dataset = await openDataset(output);
      const expected = resample(original, { width: size, height: size }, 'lanczos').data;
      expect(Buffer.from(await dataset.read([0])).equals(expected)).toBe(true);
      await dataset.close();
    }
  });

  test('the held-out photos are the same in every run, and stay held out when photos join', async () => {
    const more = path.join(photos, 'in', 'more');
    const splits: string[][] = [];
    for (const name of ['a', 'b']) {
      const folder = path.join(photos, `split-${name}`);
      await prepare([more], { outputs: [{ folder, size: 8 }], heldOut: 1 });
      splits.push((await readIndex(folder))?.images.map(({ split }) => split) ?? []);
    }
    expect(splits[0]).toEqual(splits[1]);
    expect(splits[0]?.filter((split) => split === 'held-out')).toHaveLength(1);
    const folder = path.join(photos, 'split-a');
    await prepare([path.join(photos, 'in')], { outputs: [{ folder, size: 8 }], heldOut: 2, duplicates: { distance: 0, keep: true } });
    const index = await readIndex(folder);
    expect(index?.images.filter(({ split }) => split === 'held-out')).toHaveLength(2);
    expect(index?.images.slice(0, 3).filter(({ split }, number) => splits[0]?.[number] === 'held-out' && split !== 'held-out')).toEqual([]);
  });

  test('too few photos to hold out, no photos at all, and two paths of one name are refused', async () => {
    const more = path.join(photos, 'in', 'more');
    const few = await prepare([more], { outputs: [{ folder: path.join(photos, 'few'), size: 8 }], heldOut: 9 });
    expect(few.stopped?.message).toMatch(/at least 9 images to hold out, got 3/u);
    await writeZip(path.join(photos, 'empty.zip'), []);
    const none = await prepare([path.join(photos, 'empty.zip')], { outputs: [{ folder: path.join(photos, 'none'), size: 8 }] });
    expect(none.stopped?.message).toMatch(/got none in .*empty\.zip/u);
    await mkdir(path.join(photos, 'other'));
    await writeZip(path.join(photos, 'other', 'empty.zip'), []);
    await expect(prepare([path.join(photos, 'empty.zip'), path.join(photos, 'other', 'empty.zip')], { outputs })).rejects.toThrow(/names that differ/u);
  });

  test('one corrupt photo among many is listed; above the set share the run stops with the reason', async () => {
    const good = await Promise.all(Array.from({ length: 60 }, async (_, number): Promise<Member> => [`${String(number).padStart(2, '0')}.png`, await noisePng(number, 32)]));
    const spoilt = good.map(([name, bytes], number): Member => [name, number % 5 === 0 ? 'spoilt' : bytes]);
    await writeTar(path.join(photos, 'one-bad.tar'), [...good, ['zz.png', 'spoilt']]);
    await writeTar(path.join(photos, 'bad.tar'), spoilt);
    const fine = await prepare([path.join(photos, 'one-bad.tar')], { outputs: [{ folder: path.join(photos, 'fine'), size: 8 }], finder: 'aligned' });
    expect(fine).toMatchObject({ count: 60, skipped: [{ origin: 'mine/one-bad/zz.png' }] });
    expect(fine.stopped).toBeUndefined();
    const outputsOfBad = [{ folder: path.join(photos, 'bad'), size: 8 }];
    const bad = await prepare([path.join(photos, 'bad.tar')], { outputs: outputsOfBad, finder: 'aligned' });
    expect(bad.stopped?.message).toMatch(/at most 0\.1 of the photos skipped \(maxSkipped\), got 10 of 50.*it goes on from here/u);
    expect(bad.count).toBe(40);
    const lenient = await prepare([path.join(photos, 'bad.tar')], { outputs: outputsOfBad, finder: 'aligned', maxSkipped: 1 });
    expect(lenient).toMatchObject({ count: 48 });
    expect(lenient.stopped).toBeUndefined();
  });

  test('two photos of one name in an archive: the second is skipped, not lost in silence', async () => {
    const file = path.join(photos, 'twice.zip');
    await writeZip(file, [['a.png', await noisePng(1)], ['a.png', await noisePng(2)]]);
    const result = await prepare([file], { outputs: [{ folder: path.join(photos, 'twice'), size: 8 }], finder: 'aligned' });
    expect(result.skipped).toEqual([{ origin: 'mine/twice/a.png', reason: 'expected a name of its own, got the name of an earlier photo' }]);
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
