import { ShapeError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignArcFace, arcFaceFromFfhq, fivePoints, resample } from '../src/index.ts';
import type { Point } from '../src/index.ts';
import { mirroredLandmark } from '../src/landmarks.ts';
import { applySimilarity, fitSimilarity, invertSimilarity } from '../src/similarity.ts';
import { picture } from './support/picture.ts';

const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
const similarity = fc.record({
  a: fc.double({ min: 0.2, max: 3, noNaN: true }),
  b: fc.double({ min: -3, max: 3, noNaN: true }),
  shift: fc.record({ x: coordinate, y: coordinate }),
});
const TEMPLATE: Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];

describe('fitSimilarity', () => {
  it('finds the transform that points were moved by, and its inverse moves them back', () => {
    fc.assert(
      fc.property(similarity, (moved) => {
        const points = TEMPLATE.map((point) => applySimilarity(moved, point));
        const fitted = fitSimilarity(TEMPLATE, points);
        expect(fitted.a).toBeCloseTo(moved.a, 6);
        expect(fitted.b).toBeCloseTo(moved.b, 6);
        const back = applySimilarity(invertSimilarity(fitted), points[2] as Point);
        expect(Math.hypot(back.x - TEMPLATE[2]!.x, back.y - TEMPLATE[2]!.y)).toBeLessThan(1e-6);
      }),
    );
  });

  it('is the least-squares fit: no small change of it fits better', () => {
    const noisy = TEMPLATE.map(({ x, y }, index) => ({ x: 2 * x - y + index ** 2, y: x + 2 * y - index }));
    const error = (fit: { a: number; b: number; shift: Point }): number =>
      TEMPLATE.reduce((sum, point, index) => {
        const moved = applySimilarity(fit, point);
        return sum + (moved.x - noisy[index]!.x) ** 2 + (moved.y - noisy[index]!.y) ** 2;
      }, 0);
    const best = fitSimilarity(TEMPLATE, noisy);
    for (const change of [0.001, -0.001]) {
      expect(error({ ...best, a: best.a + change })).toBeGreaterThan(error(best));
      expect(error({ ...best, b: best.b + change })).toBeGreaterThan(error(best));
      expect(error({ ...best, shift: { x: best.shift.x + change, y: best.shift.y } })).toBeGreaterThan(error(best));
    }
  });

  it('refuses points that fall together', () => {
    expect(() => fitSimilarity([TEMPLATE[0]!, TEMPLATE[0]!], [TEMPLATE[1]!, TEMPLATE[2]!])).toThrow(/not all in one place/);
  });
});

describe('alignArcFace', () => {
  it('reads a picture whose points are the template without any change', () => {
    const image = picture(112, 112);
    expect(alignArcFace(image, TEMPLATE).data).toEqual(image.data);
  });

  it('gives the same crop of a picture and of one four times as large', () => {
    const small = resample(picture(28, 28), { width: 112, height: 112 }, 'bicubic');
    const large = resample(small, { width: 448, height: 448 }, 'bilinear');
    const points = TEMPLATE.map(({ x, y }) => ({ x: (x + 0.5) * 4 - 0.5, y: (y + 0.5) * 4 - 0.5 }));
    const crop = alignArcFace(large, points);
    const inner = crop.data.map((value, index) => Math.abs(value - (small.data[index] as number)));
    expect(inner.reduce((sum, error) => sum + error, 0) / inner.length).toBeLessThan(4);
  });

  it('refuses anything but five finite points', () => {
    expect(() => alignArcFace(picture(9, 9), TEMPLATE.slice(1))).toThrow(ShapeError);
    expect(() => alignArcFace(picture(9, 9), TEMPLATE.map(({ x }) => ({ x, y: Number.NaN })))).toThrow(ShapeError);
    expect(() => alignArcFace(picture(9, 9), TEMPLATE, 0)).toThrow(/whole size/);
  });
});

describe('arcFaceFromFfhq', () => {
  it('takes square crops of any size', () => {
    expect(arcFaceFromFfhq(picture(64, 64))).toMatchObject({ width: 112, height: 112, channels: 3 });
    expect(() => arcFaceFromFfhq(picture(64, 65))).toThrow(ShapeError);
  });
});

describe('landmarks', () => {
  it('mirroring twice is no change, and the parts stay within themselves', () => {
    for (let index = 0; index < 68; index += 1) expect(mirroredLandmark(mirroredLandmark(index))).toBe(index);
    expect([0, 17, 30, 36, 48, 51, 57, 60].map((index) => mirroredLandmark(index))).toEqual([16, 26, 30, 45, 54, 51, 57, 64]);
  });

  it('fivePoints: eye centres, nose tip, mouth corners', () => {
    const landmarks = Array.from({ length: 68 }, (_, index) => ({ x: index, y: 2 * index }));
    expect(fivePoints(landmarks).map(({ x }) => x)).toEqual([38.5, 44.5, 30, 48, 54]);
  });
});
