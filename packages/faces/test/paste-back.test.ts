import { byteImage, InputError, ShapeError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { squareQuad } from '../src/ffhq-quad.ts';
import { pasteBack, resample } from '../src/index.ts';
import { quadTransform } from '../src/quad-transform.ts';
import { picture } from './support/picture.ts';

/** Without the noise, so that resampling does not change it much. */
function smoothPicture(width: number, height: number): ByteImage {
  return resample(resample(picture(8, 6), { width: 20, height: 16 }, 'bicubic'), { width, height }, 'bicubic');
}

function flat(size: number, colour: readonly [number, number, number]): ByteImage {
  const data = Uint8Array.from({ length: size * size * 3 }, (_, index) => colour[index % 3] as number);
  return byteImage(data, { width: size, height: size, channels: 3 });
}

function pixel(image: ByteImage, x: number, y: number): number[] {
  const start = (y * image.width + x) * image.channels;
  return [...image.data.subarray(start, start + image.channels)];
}

const quad = squareQuad({ x: 60, y: 50 }, { x: 30, y: 6 });
const photo = smoothPicture(120, 100);

describe('pasteBack', () => {
  it('puts the crop where it came from: pasting an unchanged crop changes next to nothing', () => {
    const place = { topLeft: quad.topLeft, topRight: quad.topRight, bottomLeft: quad.bottomLeft, bottomRight: quad.bottomRight };
    const shifted = squareQuad({ x: 60.5, y: 50.5 }, { x: 30, y: 6 });
    const crop = quadTransform(photo, shifted, 200);
    const result = pasteBack(photo, crop, place, { colourTransfer: false, region: 'crop' });
    const errors = result.data.map((value, index) => Math.abs(value - (photo.data[index] as number)));
    expect(Math.max(...errors)).toBeLessThanOrEqual(4);
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.5);
  });

  it('keeps size, alpha and every pixel outside of the mask, wherever the crop lies', () => {
    const where = fc.record({
      x: fc.integer({ min: -60, max: 180 }),
      y: fc.integer({ min: -60, max: 160 }),
      half: fc.integer({ min: 2, max: 40 }),
      turn: fc.double({ min: -3, max: 3, noNaN: true }),
    });
    const original = picture(120, 100, 4);
    fc.assert(
      fc.property(where, fc.boolean(), ({ x, y, half, turn }, colourTransfer) => {
        const place = squareQuad({ x, y }, { x: half * Math.cos(turn), y: half * Math.sin(turn) });
        const result = pasteBack(original, flat(16, [255, 0, 0]), place, { colourTransfer });
        expect([result.width, result.height, result.channels]).toEqual([120, 100, 4]);
        const reach = half * Math.SQRT2 + 1;
        const changed = result.data.findIndex((value, index) => {
          const column = Math.floor(index / 4) % 120;
          const row = Math.floor(index / 480);
          const kept = index % 4 === 3 || Math.hypot(column - x, row - y) > reach;
          return kept && value !== original.data[index];
        });
        expect(changed).toBe(-1);
      }),
      { numRuns: 12 },
    );
  });

  it('fades from the whole crop in the middle to the photo at the border', () => {
    const result = pasteBack(photo, flat(64, [200, 30, 40]), squareQuad({ x: 60, y: 50 }, { x: 30, y: 0 }), { colourTransfer: false, region: 'crop' });
    expect(pixel(result, 60, 50)).toEqual([200, 30, 40]);
    expect(pixel(result, 29, 50)).toEqual(pixel(photo, 29, 50));
    expect(pixel(result, 91, 50)).toEqual(pixel(photo, 91, 50));
    const edge = pixel(result, 33, 50)[0] as number;
    expect(edge).toBeGreaterThan(pixel(photo, 33, 50)[0] as number);
    expect(edge).toBeLessThan(200);
  });

  it('takes over the colours of the photo, unless told not to', () => {
    const grey = byteImage(new Uint8Array(120 * 100 * 3).fill(128), { width: 120, height: 100, channels: 3 });
    const place = squareQuad({ x: 60, y: 50 }, { x: 30, y: 0 });
    const crop = flat(64, [200, 30, 40]);
    for (const value of pixel(pasteBack(grey, crop, place), 60, 50)) expect(Math.abs(value - 128)).toBeLessThanOrEqual(1);
    expect(pixel(pasteBack(grey, crop, place, { colourTransfer: false }), 60, 50)).toEqual([200, 30, 40]);
  });

  it('leaves the photo alone when the crop lies outside of it', () => {
    const away = squareQuad({ x: 900, y: 50 }, { x: 30, y: 0 });
    expect(pasteBack(photo, flat(16, [255, 0, 0]), away).data).toEqual(photo.data);
  });

  it('refuses a crop that is not square, a feather out of range, and too few landmarks', () => {
    expect(() => pasteBack(photo, picture(8, 9), quad)).toThrow(ShapeError);
    expect(() => pasteBack(photo, picture(8, 8), quad, { feather: Number.NaN })).toThrow(InputError);
    expect(() => pasteBack(photo, picture(8, 8), quad, { feather: -0.1 })).toThrow(/0 to 0.5/);
    expect(() => pasteBack(photo, picture(8, 8), [{ x: 0, y: 0 }])).toThrow(/68 landmarks/);
  });
});
