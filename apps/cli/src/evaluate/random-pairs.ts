/** Random pairs of different photos, the same for the same seed. */
import { seededNormal } from '@mfim/nn';

/** Who is swapped onto whom, as indices. */
export interface Pair {
  readonly source: number;
  readonly target: number;
}

/**
 * @param count how many pairs; at most as many as there are ordered pairs
 * @param photos how many photos there are, 2 or more
 */
export function randomPairs(count: number, photos: number, seed: number): readonly Pair[] {
  const normal = seededNormal(seed);
  const pairs = new Map<string, Pair>();
  const wanted = Math.min(count, photos * (photos - 1));
  while (pairs.size < wanted) {
    // A shuffle by random keys; neighbours in it are pairs, so that every photo serves equally often.
    const keys = normal(photos);
    const order = Array.from(keys.keys()).toSorted((first, second) => (keys[first] as number) - (keys[second] as number));
    for (const [position, source] of order.entries()) {
      const target = order[(position + 1) % photos] as number;
      if (pairs.size < wanted) pairs.set(`${source},${target}`, { source, target });
    }
  }
  return [...pairs.values()];
}
