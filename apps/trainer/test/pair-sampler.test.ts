import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairSampler } from '../src/training/pair-sampler.ts';

const indices = Array.from({ length: 20 }, (_, index) => index + 5);

test('law: a sampler continued from its state draws what the first one draws', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 6 }), (seed, before) => {
      const source = { sources: indices, targets: indices, batch: 4, sameShare: 0.25, sourceJitter: 0.1, mirrorSources: true, candidates: 1, viewScales: [0.5, 1] as const };
      const first = pairSampler(source, seed);
      for (let step = 0; step < before; step += 1) first.next();
      const second = pairSampler(source, first.state());
      expect(second.next()).toEqual(first.next());
    }),
  );
});

test('the share of equal pairs is exact, and only listed images are drawn', () => {
  const sampler = pairSampler({ sources: indices, targets: indices.slice(0, 9), batch: 8, sameShare: 0.25, sourceJitter: 0.1, mirrorSources: true, candidates: 1, viewScales: [0.5, 1] as const }, 1);
  let mirroredApart = 0;
  for (let step = 0; step < 50; step += 1) {
    const { sources, targets, same, mirrorSources, mirrorTargets, sourceMoves } = sampler.next();
    same.forEach((equal, slot) => {
      if (equal && mirrorSources[slot] !== mirrorTargets[slot]) mirroredApart += 1;
    });
    for (const { zoom, right, down, gains, offsets } of sourceMoves) {
      expect(Math.max(Math.abs(zoom - 1), Math.abs(right), Math.abs(down))).toBeLessThanOrEqual(0.05);
      expect(Math.max(...gains.map((gain) => Math.abs(gain - 1)), ...offsets.map(Math.abs))).toBeLessThanOrEqual(0.1);
    }
    expect(same.filter(Boolean)).toHaveLength(2);
    same.forEach((equal, slot) => {
      if (equal) expect(sources[slot]).toBe(targets[slot]);
    });
    expect(sources.every((index) => indices.includes(index))).toBe(true);
    expect(targets.every((index) => indices.slice(0, 9).includes(index))).toBe(true);
  }
  expect(mirroredApart).toBeGreaterThan(20);
});

test('of several candidates the most alike is the source, in the better of its two mirrorings', () => {
  // Likeness: the nearer the number, the better, and mirrored is always a little better.
  const likeness = (source: { index: number; mirrored: boolean }, target: { index: number }) => -Math.abs(source.index - target.index) + (source.mirrored ? 0.1 : 0);
  const far = pairSampler({ sources: indices, targets: indices, batch: 8, sameShare: 0, sourceJitter: 0, mirrorSources: true, candidates: 1, viewScales: [0.5, 1] as const }, 3);
  const near = pairSampler({ sources: indices, targets: indices, batch: 8, sameShare: 0, sourceJitter: 0, mirrorSources: true, candidates: 8, likeness, viewScales: [1, 1] as const }, 3);
  const distance = ({ sources, targets }: { sources: readonly number[]; targets: readonly number[] }): number =>
    sources.reduce((sum, source, slot) => sum + Math.abs(source - (targets[slot] as number)), 0);
  let [sumFar, sumNear] = [0, 0];
  for (let step = 0; step < 20; step += 1) {
    const batch = near.next();
    expect(batch.mirrorDonors.every(Boolean)).toBe(true);
    sumFar += distance(far.next());
    sumNear += distance(batch);
  }
  expect(sumNear).toBeLessThan(0.4 * sumFar);
});

test('without mirroring, a source is seen the way it stands in the composite', () => {
  const sampler = pairSampler({ sources: indices, targets: indices, batch: 8, sameShare: 0.25, sourceJitter: 0, mirrorSources: false, candidates: 1, viewScales: [1, 1] }, 5);
  for (let step = 0; step < 20; step += 1) {
    const { mirrorSources, mirrorDonors } = sampler.next();
    expect(mirrorSources).toEqual(mirrorDonors);
  }
});
