/** Draws training pairs from a seed; its whole state is a list of numbers, so that a run resumes. */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A small change of framing and colour that leaves the identity as it is. */
export interface SourceMove {
  readonly zoom: number;
  readonly right: number;
  readonly down: number;
  readonly gains: readonly [number, number, number];
  readonly offsets: readonly [number, number, number];
}

/** Indices into the dataset, and which images are mirrored. */
export interface PairBatch {
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  readonly mirrorSources: readonly boolean[];
  readonly mirrorTargets: readonly boolean[];
  /** True where the source is the target itself (mirrored or moved on its own). */
  readonly same: readonly boolean[];
  /** How each source is moved: zoom, shift right and down as shares of the side, gain and offset of each channel. */
  readonly sourceMoves: readonly SourceMove[];
}

/** What the sampler draws from. */
export interface PairSource {
  /** Indices that may be drawn as source, and as target. */
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  readonly batch: number;
  readonly sameShare: number;
  /** Largest move of a source; 0: none. Zoom and shifts stay within half of it. */
  readonly sourceJitter: number;
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
  const around = (width: number): number => (uniform() * 2 - 1) * width;
  const threeAround = (width: number): [number, number, number] => [around(width), around(width), around(width)];
  const move = (width: number): SourceMove => ({
    zoom: 1 + around(width / 2),
    right: around(width / 2),
    down: around(width / 2),
    gains: threeAround(width).map((gain) => 1 + gain) as [number, number, number],
    offsets: threeAround(width),
  });
  const sameCount = Math.round(source.batch * source.sameShare);
  return {
    state: () => generator.getState(),
    next() {
      const slots = Array.from({ length: source.batch }, (_, slot) => slot);
      const targets = slots.map(() => pick(source.targets));
      const same = slots.map((slot) => slot < sameCount);
      const sources = slots.map((slot) => (same[slot] === true ? (targets[slot] as number) : pick(source.sources)));
      const mirrorTargets = slots.map(() => uniform() < 0.5);
      // Also for equal faces: what a mirrored source cannot know (pose, light) must come from the target.
      const mirrorSources = slots.map(() => uniform() < 0.5);
      const sourceMoves = slots.map(() => move(source.sourceJitter));
      return { sources, targets, same, mirrorSources, mirrorTargets, sourceMoves };
    },
  };
}
