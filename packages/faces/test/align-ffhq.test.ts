import { InputError, ShapeError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignFfhq, ffhqQuad } from '../src/index.ts';
import type { Point } from '../src/index.ts';
import { largestDifference, picture } from './support/picture.ts';

interface Case {
  readonly width: number;
  readonly height: number;
  readonly landmarks: [number, number][];
  readonly size: number;
  readonly quad: [number, number][];
  readonly bytes: string;
}

const golden = JSON.parse(readFileSync(new URL('golden/ffhq.json', import.meta.url), 'utf8')) as { cases: Case[] };
const toPoints = (pairs: readonly [number, number][]): Point[] => pairs.map(([x, y]) => ({ x, y }));
const first = golden.cases[0] as Case;

describe('alignFfhq', () => {
  it.each(golden.cases.map((testCase, index) => ({ index, testCase })))(
    'case $index equals the published formula, run by Pillow, NumPy and SciPy',
    ({ testCase }) => {
      const image = picture(testCase.width, testCase.height);
      const result = alignFfhq(image, toPoints(testCase.landmarks), testCase.size);
      const expected = Buffer.from(testCase.bytes, 'base64');
      expect(largestDifference(result.data, expected)).toBeLessThanOrEqual(0);
    },
  );

  it('ignores transparency', () => {
    const landmarks = toPoints(first.landmarks);
    const opaque = picture(first.width, first.height);
    const data = new Uint8Array(first.width * first.height * 4);
    for (let pixel = 0; pixel < data.length / 4; pixel += 1) data.set(opaque.data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    const transparent = { ...opaque, channels: 4, data } as const;
    expect(alignFfhq(transparent, landmarks, 16).data).toEqual(alignFfhq(opaque, landmarks, 16).data);
  });

  it.each([0, -1, 2.5, Number.NaN, 100_000])('refuses the size %s', (size) => {
    expect(() => alignFfhq(picture(20, 20), toPoints(first.landmarks), size)).toThrow(InputError);
  });

  it('refuses landmarks far outside of the photo', () => {
    const away = toPoints(first.landmarks).map(({ x, y }) => ({ x: x + 5000, y }));
    expect(() => alignFfhq(picture(20, 20), away, 16)).toThrow(/outside/);
  });
});

describe('ffhqQuad', () => {
  it('equals the published formula', () => {
    for (const { landmarks, quad } of golden.cases) {
      const { topLeft, bottomLeft, bottomRight, topRight } = ffhqQuad(toPoints(landmarks));
      [topLeft, bottomLeft, bottomRight, topRight].forEach((corner, index) => {
        expect(corner.x).toBeCloseTo(quad[index]?.[0] as number, 9);
        expect(corner.y).toBeCloseTo(quad[index]?.[1] as number, 9);
      });
    }
  });

  it('moves, turns and grows with the face', () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    const scale = fc.double({ min: 0.1, max: 10, noNaN: true });
    const shift = fc.double({ min: -500, max: 500, noNaN: true });
    fc.assert(
      fc.property(angle, scale, shift, (turn, size, away) => {
        const move = ({ x, y }: Point): Point => ({
          x: size * (x * Math.cos(turn) - y * Math.sin(turn)) + away,
          y: size * (x * Math.sin(turn) + y * Math.cos(turn)) - away,
        });
        const landmarks = toPoints(first.landmarks);
        const moved = ffhqQuad(landmarks.map(move));
        const expected = move(ffhqQuad(landmarks).bottomLeft);
        expect(Math.hypot(moved.bottomLeft.x - expected.x, moved.bottomLeft.y - expected.y)).toBeLessThan(1e-6 * (1 + size * 200));
      }),
    );
  });

  it('refuses too few landmarks, and landmarks that fall together', () => {
    expect(() => ffhqQuad([{ x: 1, y: 1 }])).toThrow(ShapeError);
    expect(() => ffhqQuad(Array.from({ length: 68 }, () => ({ x: 1, y: 1 })))).toThrow(InputError);
    expect(() => ffhqQuad(Array.from({ length: 68 }, () => ({ x: Number.NaN, y: 1 })))).toThrow(ShapeError);
  });
});
