import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomPairs } from '../src/evaluate/random-pairs.ts';

describe('randomPairs', () => {
  it('gives the pairs asked for, all different, nobody with himself, the same for the same seed', () => {
    const numbers = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 2, max: 20 }), fc.nat(1000));
    fc.assert(
      fc.property(numbers, ([count, photos, seed]) => {
        const pairs = randomPairs(count, photos, seed);
        expect(pairs).toHaveLength(Math.min(count, photos * (photos - 1)));
        expect(new Set(pairs.map(({ source, target }) => `${source} ${target}`)).size).toBe(pairs.length);
        expect(pairs.every(({ source, target }) => source !== target && source < photos && target < photos)).toBe(true);
        expect(randomPairs(count, photos, seed)).toEqual(pairs);
      }),
      { numRuns: 30 },
    );
  });
});
