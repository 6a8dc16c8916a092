/** Draws training pairs from a seed; its whole state is a list of numbers, so that a run resumes. */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Indices into the dataset, and which images are mirrored. */
export interface PairBatch {
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  readonly mirrorSources: readonly boolean[];
  readonly mirrorTargets: readonly boolean[];
  /** True where the source is the target itself. */
  readonly same: readonly boolean[];
}

/** What the sampler draws from. */
export interface PairSource {
  /** Indices that may be drawn as source, and as target. */
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  readonly batch: number;
  readonly sameShare: number;
}

/** Draws batches; `state()` and `seed` are interchangeable starts. */
export interface PairSampler {
  next(): PairBatch;
  state(): readonly number[];
}

const TWO_TO_32 = 2 ** 32;

/** A sampler from a seed, or from the `state()` of an earlier one. */
export function pairSampler(source: PairSource, start: number | readonly number[]): PairSampler {
  const generator = typeof start === 'number' ? xoroshiro128plus(start) : xoroshiro128plusFromState(start.slice());
  const uniform = (): number => (generator.next() >>> 0) / TWO_TO_32;
  const pick = (from: readonly number[]): number => from[Math.floor(uniform() * from.length)] as number;
  const sameCount = Math.round(source.batch * source.sameShare);
  return {
    state: () => generator.getState(),
    next() {
      const slots = Array.from({ length: source.batch }, (_, slot) => slot);
      const targets = slots.map(() => pick(source.targets));
      const same = slots.map((slot) => slot < sameCount);
      const sources = slots.map((slot) => (same[slot] === true ? (targets[slot] as number) : pick(source.sources)));
      const mirrorTargets = slots.map(() => uniform() < 0.5);
      const mirrorSources = slots.map((slot) => (same[slot] === true ? (mirrorTargets[slot] as boolean) : uniform() < 0.5));
      return { sources, targets, same, mirrorSources, mirrorTargets };
    },
  };
}
