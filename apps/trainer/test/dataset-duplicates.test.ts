import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resample } from '@mfim/faces';
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { NEAR_DUPLICATE_BITS, openDuplicateFinder } from '../src/dataset/duplicate-finder.ts';
import { HASH_BITS, faceHash } from '../src/dataset/face-hash.ts';

const ALL_ONES = 'f'.repeat(HASH_BITS / 4);
const hexHash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: HASH_BITS / 4, maxLength: HASH_BITS / 4 });

/** Differing bits, the slow way. */
function slowDistance(left: string, right: string): number {
  const bits = (hash: string): string => [...hash].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
  const other = bits(right);
  return [...bits(left)].filter((bit, index) => bit !== other[index]).length;
}

/** A smooth picture that the seed decides, with about as much detail as a face. */
async function cloud(seed: number, side = 128): Promise<ByteImage> {
  let state = seed;
  const coarse = Uint8Array.from({ length: 12 * 12 * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return resample(byteImage(coarse, { width: 12, height: 12, channels: 3 }), { width: side, height: side }, 'bicubic');
}

async function fileAgain(image: ByteImage): Promise<ByteImage> {
  const { data, width, height } = image;
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } }).modulate({ brightness: 1.1 }).jpeg({ quality: 60 }).toBuffer();
  return byteImage(new Uint8Array(await sharp(jpeg).raw().toBuffer()), { width, height, channels: 3 });
}

describe('finding near-duplicates', () => {
  test('the nearest is what a plain count finds, the first of equals', () => {
    fc.assert(
      fc.property(fc.array(hexHash, { maxLength: 20 }), hexHash, fc.integer({ min: 0, max: HASH_BITS }), (hashes, wanted, limit) => {
        const finder = openDuplicateFinder(limit);
        for (const [number, hash] of hashes.entries()) finder.add(String(number), hash);
        const distances = hashes.map((hash) => slowDistance(hash, wanted));
        const smallest = Math.min(...distances, Infinity);
        const expected = smallest <= limit ? { name: String(distances.indexOf(smallest)), distance: smallest } : undefined;
        expect(finder.nearest(wanted)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('more hashes than the first memory holds; every distance from 0 to 256', () => {
    const finder = openDuplicateFinder(HASH_BITS);
    for (let number = 0; number < 3000; number += 1) finder.add(String(number), number.toString(16).padStart(HASH_BITS / 4, '0'));
    expect(finder.nearest((2999).toString(16).padStart(HASH_BITS / 4, '0'))).toEqual({ name: '2999', distance: 0 });
    const far = openDuplicateFinder(HASH_BITS);
    far.add('zeros', '0'.repeat(HASH_BITS / 4));
    expect(far.nearest(ALL_ONES)).toEqual({ name: 'zeros', distance: HASH_BITS });
    expect(() => far.nearest('ff')).toThrow(/64 digits/u);
  });

  test('a picture that was saved again, brighter or smaller, is the same; another is not', async () => {
    const hashes = await Promise.all([1, 2, 3, 4].map(async (seed) => faceHash(await cloud(seed))));
    for (const [index, hash] of hashes.entries()) {
      const image = await cloud(index + 1);
      for (const again of [await fileAgain(image), resample(image, { width: 64, height: 64 }, 'lanczos')]) {
        expect(slowDistance(faceHash(again), hash)).toBeLessThanOrEqual(NEAR_DUPLICATE_BITS);
      }
      for (const other of hashes.filter((_, number) => number !== index)) expect(slowDistance(other, hash)).toBeGreaterThan(NEAR_DUPLICATE_BITS);
    }
  });

  test('a picture of one colour has a hash', () => {
    expect(faceHash(byteImage(new Uint8Array(16 * 16 * 3).fill(128), { width: 16, height: 16, channels: 3 }))).toHaveLength(HASH_BITS / 4);
  });
});

const PORTRAITS = new URL('../../../../shared/data/photos/portraits-cc0/', import.meta.url);

describe.skipIf(!existsSync(PORTRAITS))('on real photos (shared/data beside the checkout; absent: skipped)', () => {
  test('twenty generated portraits saved again are found, and are not taken for one another', async () => {
    const names = Array.from({ length: 20 }, (_, number) => `female-${String(number).padStart(3, '0')}.jpg`);
    const hashes: string[] = [];
    for (const name of names) {
      const photo = sharp(await readFile(new URL(name, PORTRAITS))).resize(256, 256, { fit: 'cover' });
      const image = byteImage(new Uint8Array(await photo.raw().toBuffer()), { width: 256, height: 256, channels: 3 });
      const hash = faceHash(image);
      expect(slowDistance(faceHash(await fileAgain(image)), hash)).toBeLessThanOrEqual(NEAR_DUPLICATE_BITS);
      for (const other of hashes) expect(slowDistance(other, hash)).toBeGreaterThan(NEAR_DUPLICATE_BITS);
      hashes.push(hash);
    }
  });
});
