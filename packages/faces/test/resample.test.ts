import { byteImage, InputError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resample } from '../src/index.ts';
import type { ResampleFilter } from '../src/index.ts';
import { largestDifference, picture } from './support/picture.ts';

interface Case {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly to: [number, number];
  readonly filter: ResampleFilter;
  readonly bytes: string;
}

const golden = JSON.parse(readFileSync(new URL('golden/resampling.json', import.meta.url), 'utf8')) as { cases: Case[] };
const FILTERS: readonly ResampleFilter[] = ['box', 'bilinear', 'bicubic', 'lanczos'];

describe('resample', () => {
  it.each(golden.cases)('$filter $width x $height x $channels to $to equals Pillow to the last bit', (testCase) => {
    const image = picture(testCase.width, testCase.height, testCase.channels);
    const [width, height] = testCase.to;
    const result = resample(image, { width, height }, testCase.filter);
    expect(largestDifference(result.data, Buffer.from(testCase.bytes, 'base64'))).toBe(0);
  });

  it('keeps a picture of one colour, by every filter and to every size', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, fc.constantFrom(...FILTERS), fc.integer({ min: 0, max: 255 }), (...given) => {
        const [width, height, toWidth, toHeight, filter, value] = given;
        const image = byteImage(new Uint8Array(width * height * 3).fill(value), { width, height, channels: 3 });
        const result = resample(image, { width: toWidth, height: toHeight }, filter);
        expect(result.data.every((byte) => byte === value)).toBe(true);
      }),
    );
  });

  it('returns a copy at the same size', () => {
    const image = picture(9, 7);
    const result = resample(image, image, 'lanczos');
    expect(result.data).toEqual(image.data);
    expect(result.data).not.toBe(image.data);
  });

  it.each([
    [0, 4],
    [4, -1],
    [2.5, 4],
    [Number.NaN, 4],
  ])('refuses the size %s x %s', (width, height) => {
    expect(() => resample(picture(4, 4), { width, height }, 'box')).toThrow(InputError);
  });

  it('refuses an unknown filter', () => {
    expect(() => resample(picture(4, 4), { width: 2, height: 2 }, 'nearest' as ResampleFilter)).toThrow(/box, bilinear/);
  });
});
