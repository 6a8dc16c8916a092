import { existsSync, readFileSync } from 'node:fs';
import { byteImage, InputError, onnxRuntime, toSigned } from '@mfim/tensor-contracts';
import type { InferenceSession } from '@mfim/tensor-contracts';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crop } from '../src/crop.ts';
import { detect } from '../src/detector.ts';
import { ffhqQuad, openFaceFinder, resample } from '../src/index.ts';
import type { Face, FaceFinder, FaceNetworks, Point } from '../src/index.ts';
import { readFaceNetworks } from '../src/node/index.ts';
import { rotateQuarter, turnBack } from '../src/rotate-quarter.ts';
import type { QuarterTurns } from '../src/rotate-quarter.ts';
import { avatar, collage } from './support/avatar.ts';
import { picture } from './support/picture.ts';

interface Case {
  readonly name: string;
  readonly crop: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly faces: readonly { readonly box: readonly number[]; readonly score: number }[];
  readonly landmarks: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('golden/detections.json', import.meta.url), 'utf8')) as { cases: Case[] };
const absent = !existsSync(new URL('../networks/detector.onnx', import.meta.url));
const runtime = onnxRuntime(ort, { name: 'onnxruntime-node cpu' });
const where = absent ? ' (skipped: packages/faces/networks is absent; run npx turbo run networks)' : '';

function meanDistance(first: readonly Point[], second: readonly Point[]): number {
  const distances = first.map(({ x, y }, index) => Math.hypot(x - (second[index] as Point).x, y - (second[index] as Point).y));
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

describe.skipIf(absent)(`the networks equal the library that their weights come from${where}`, () => {
  let detector: InferenceSession;
  let landmarks: InferenceSession;

  beforeAll(async () => {
    const networks: FaceNetworks = await readFaceNetworks();
    detector = await runtime.open(networks.detector);
    landmarks = await runtime.open(networks.landmarks);
  });
  afterAll(async () => {
    await Promise.all([detector.release(), landmarks.release()]);
  });

  it.each(golden.cases)('boxes of $name within half a pixel of 512', async ({ name, faces }) => {
    const photo = resample(await avatar(name), { width: 512, height: 512 }, 'box');
    const scene = { session: detector, photo, minimumScore: 0.5 };
    const found = await detect(scene, { x: 0, y: 0, width: 512, height: 512 });
    expect(found.length).toBe(faces.length);
    for (const [index, { box, score }] of found.entries()) {
      const wanted = faces[index] as (typeof faces)[number];
      // The library cuts boxes at the picture's border.
      const numbers = [Math.max(0, box.x), Math.max(0, box.y), Math.min(512, box.x + box.width), Math.min(512, box.y + box.height)];
      const [x, y, width, height] = wanted.box as [number, number, number, number];
      for (const [position, value] of [x, y, x + width, y + height].entries()) {
        expect(Math.abs(value - (numbers[position] as number))).toBeLessThan(0.5);
      }
      expect(score).toBeCloseTo(wanted.score, 2);
    }
  });

  it.each(golden.cases)('landmarks of a crop of $name within a twentieth of a pixel', async (testCase) => {
    const { left: x, top: y, width, height } = testCase.crop;
    const input = toSigned(crop(await avatar(testCase.name), { x, y, width, height }));
    const { points } = await landmarks.run({ image: { data: input.data, shape: [1, height, width, 3] } });
    const errors = testCase.landmarks.map((value, index) => Math.abs(value - (points?.data[index] as number) * width));
    expect(Math.max(...errors)).toBeLessThan(0.05);
  });
});

describe.skipIf(absent)(`FaceFinder${where}`, () => {
  let finder: FaceFinder;

  beforeAll(async () => {
    finder = await openFaceFinder(runtime, await readFaceNetworks());
  });
  afterAll(() => finder.release());

  it('aligning an FFHQ-aligned picture is nearly no change', async () => {
    const corners: number[] = [];
    for (const name of ['1.png', '12.png', '33.png', '70.png', '150.png', '200.png']) {
      const [face] = await finder.find(await avatar(name));
      const { topLeft, topRight, bottomLeft, bottomRight } = ffhqQuad((face as Face).landmarks);
      const wanted = [0, 0, 1, 0, 0, 1, 1, 1];
      const found = [topLeft, topRight, bottomLeft, bottomRight].flatMap(({ x, y }) => [(x + 0.5) / 256, (y + 0.5) / 256]);
      corners.push(...found.map((value, index) => Math.abs(value - (wanted[index] as number))));
    }
    expect(corners.reduce((sum, corner) => sum + corner, 0) / corners.length).toBeLessThan(0.02);
    expect(Math.max(...corners)).toBeLessThan(0.07);
  });

  it('finds all faces, the largest first, also small ones in a large photo, and with alpha', async () => {
    const [first, second, third] = [await avatar('5.png'), await avatar('40.png'), await avatar('100.png')];
    const photo = collage(1600, 1200, [
      { image: resample(first, { width: 90, height: 90 }, 'lanczos'), x: 1400, y: 1050 },
      { image: resample(second, { width: 180, height: 180 }, 'lanczos'), x: 100, y: 100 },
      { image: resample(third, { width: 130, height: 130 }, 'lanczos'), x: 800, y: 500 },
    ]);
    const faces = await finder.find(photo);
    expect(faces.map(({ index }) => index)).toEqual([0, 1, 2]);
    const centres = faces.map(({ box }) => [box.x + box.width / 2, box.y + box.height / 2]);
    expect(centres[0]?.[0]).toBeGreaterThan(140);
    expect(centres[0]?.[0]).toBeLessThan(240);
    expect(centres[1]?.[0]).toBeGreaterThan(830);
    expect(centres[2]?.[0]).toBeGreaterThan(1400);
    const rgba = new Uint8Array(256 * 256 * 4).fill(255);
    for (let pixel = 0; pixel < 256 * 256; pixel += 1) rgba.set(first.data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    expect(await finder.find(byteImage(rgba, { width: 256, height: 256, channels: 4 }))).toEqual(await finder.find(first));
  });

  it.each<QuarterTurns>([1, 2, 3])('finds the same landmarks in a photo turned by %i quarters', async (turns) => {
    const photo = collage(420, 380, [{ image: await avatar('12.png'), x: 90, y: 40 }]);
    const [upright] = await finder.find(photo);
    const [turned] = await finder.find(rotateQuarter(photo, turns));
    const back = (turned as Face).landmarks.map((point) => turnBack(point, turns, photo));
    expect(meanDistance(back, (upright as Face).landmarks)).toBeLessThan(0.03 * (upright as Face).box.width);
  });

  it('finds nothing where nobody is, and in the smallest pictures', async () => {
    expect(await finder.find(picture(300, 200))).toEqual([]);
    expect(await finder.find(picture(1, 1))).toEqual([]);
    expect(await finder.find(picture(900, 2))).toEqual([]);
  });

  it('refuses a score out of range', async () => {
    for (const minimumScore of [0, 2, Number.NaN]) {
      await expect(openFaceFinder(runtime, await readFaceNetworks(), { minimumScore })).rejects.toThrow(InputError);
    }
  });
});

describe('rotateQuarter', () => {
  it('four quarter turns are no turn, and two are 180 degrees', () => {
    const image = picture(7, 5);
    const once = rotateQuarter(image, 1);
    expect([once.width, once.height]).toEqual([5, 7]);
    expect(rotateQuarter(once, 3)).toEqual(image);
    expect(rotateQuarter(once, 1)).toEqual(rotateQuarter(image, 2));
  });
});
