/** The commands on good input, with a small untrained bundle. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SwapReport } from '../src/swap-report.ts';
import { callMfim } from './call-mfim.ts';
import { writePhotoFixtures } from './photo-fixtures.ts';
import type { PhotoFixtures } from './photo-fixtures.ts';
import { writeTinyBundle } from './tiny-bundle.ts';

// Whole swaps: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let model: string;
let photos: PhotoFixtures;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfim-cli-'));
  model = join(folder, 'model');
  await writeTinyBundle(model);
  photos = await writePhotoFixtures(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function readReport(path: string): Promise<SwapReport> {
  return JSON.parse(await readFile(path, 'utf8')) as SwapReport;
}

function mixCall(): string[] {
  return ['mix', '--target', photos.target, '--source', photos.source, '--source', photos.two, '--model', model];
}

describe('mfim swap', () => {
  it('writes a photo of the target size and a report, into new folders', async () => {
    const out = join(folder, 'new', 'deep', 'c.png');
    const report = join(folder, 'new', 'c.json');
    const call = ['swap', '--source', photos.source, '--target', photos.two, '--model', model];
    const { code, stdout, stderr } = await callMfim([...call, '--out', out, '--report', report]);
    expect(stderr).toMatch(/two\.jpg has 2 faces; the largest, 0, was taken, the others are 1 \(.*--face chooses/);
    expect(code).toBe(0);
    expect(stdout).toMatch(/identity cosine/);
    const { width, height } = await sharp(out).metadata();
    expect([width, height]).toEqual([768, 512]);
    const { identity, faces, timings, model: used } = await readReport(report);
    for (const cosine of [identity.toSource, identity.toTarget, identity.targetToSource]) {
      expect(Math.abs(cosine)).toBeLessThanOrEqual(1);
    }
    expect(faces.target.faces).toHaveLength(2);
    expect(faces.target.chosen).toBe(0);
    expect(timings['total']).toBeGreaterThan(0);
    expect(used.name).toBe('random-64');
    expect(await readdir(join(folder, 'new', 'deep'))).toEqual(['c.png']);
  });

  it('takes the face that --face chooses, without a remark', async () => {
    const report = join(folder, 'face.json');
    const call = ['swap', '--source', photos.source, '--target', photos.two, '--model', model];
    const { code, stderr } = await callMfim([...call, '--out', join(folder, 'face.jpg'), '--report', report, '--face', '1']);
    expect([code, stderr]).toEqual([0, '']);
    expect((await readReport(report)).faces.target.chosen).toBe(1);
  });

  it('finds the model by MFIM_MODEL', async () => {
    const call = ['swap', '--source', photos.source, '--target', photos.target, '--out', join(folder, 'env.webp')];
    expect((await callMfim(call, { MFIM_MODEL: model })).code).toBe(0);
  });
});

describe('mfim mix', () => {
  it('gives the same picture from weights and from the recipe that they were saved as', async () => {
    const [first, second, recipe] = ['m1.png', 'm2.png', 'recipe.json'].map((name) => join(folder, name)) as [string, string, string];
    const saved = await callMfim([...mixCall(), '--weights', '0.7,0.3', '--strength', '0.9', '--save-recipe', recipe, '--out', first]);
    expect(saved.code).toBe(0);
    expect(JSON.parse(await readFile(recipe, 'utf8'))).toMatchObject({
      sources: [{ label: 'source.jpg', weights: 0.7 }, { label: 'two.jpg', weights: 0.3 }],
      strength: 0.9,
    });
    expect((await callMfim([...mixCall(), '--recipe', recipe, '--out', second])).code).toBe(0);
    expect(await readFile(second)).toEqual(await readFile(first));
  });

  it('mixes by a preset and reports every source', async () => {
    const report = join(folder, 'preset.json');
    const { code } = await callMfim([...mixCall(), '--preset', 'global+local', '--out', join(folder, 'p.png'), '--report', report]);
    expect(code).toBe(0);
    expect((await readReport(report)).identity.sources).toHaveLength(2);
  });
});

describe('mfim faces', () => {
  it('lists the faces, the largest first, and writes thumbnails', async () => {
    const thumbnails = join(folder, 'thumbnails');
    const { code, stdout } = await callMfim(['faces', photos.two, '--json', '--thumbnails', thumbnails]);
    expect(code).toBe(0);
    const { faces } = JSON.parse(stdout) as { faces: { index: number; box: { width: number } }[] };
    expect(faces.map(({ index }) => index)).toEqual([0, 1]);
    expect(faces[0]?.box.width).toBeGreaterThan(faces[1]?.box.width ?? 0);
    expect((await readdir(thumbnails)).toSorted()).toEqual(['face-0.png', 'face-1.png']);
  });
});

describe('mfim bench and doctor', () => {
  it('times a bundle', async () => {
    const { code, stdout } = await callMfim(['bench', '--model', model, '--runs', '2', '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Record<string, Record<string, number | string | null>>;
    expect(report['generator']?.['milliseconds']).toBeGreaterThan(0);
    expect(report['generator']?.['ratioToPyTorch']).toBeNull();
    expect(report['generator']?.['reason']).toMatch(/config F/);
    expect(report['sgemmGflops']).toBeGreaterThan(0);
  });

  it('says that everything needed is there', async () => {
    const { code, stdout } = await callMfim(['doctor', '--model', model]);
    expect(stdout).toMatch(/ok +model: random-64/);
    expect(code).toBe(0);
  });

  it('says what is missing', async () => {
    const { code, stdout, stderr } = await callMfim(['doctor', '--model', join(folder, 'nowhere')]);
    expect(stdout).toMatch(/MISSING model: .*manifest\.json/);
    expect(stderr).toMatch(/a problem with model/);
    expect(code).toBe(2);
  });
});
