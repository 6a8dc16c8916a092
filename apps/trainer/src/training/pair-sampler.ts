/** Draws training pairs from a seed; its whole state is a list of numbers, so that a run resumes. */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { PlanStream } from '../run/stage.ts';
import type { IdentityView } from './identity-view.ts';

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
  /** Whether the source is mirrored where its face stands in the target's head (see `compositeFace`). */
  readonly mirrorDonors: readonly boolean[];
  /** How the identity network looks at this batch. */
  readonly view: IdentityView;
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
  /** Whether sources are mirrored at random apart from what is drawn of them. */
  readonly mirrorSources: boolean;
  /** Smallest and largest scale of the identity network's view; equal: it looks plainly, never mirrored. */
  readonly viewScales: readonly [smallest: number, largest: number];
  /** Sources of other people are the most alike in pose and light among so many; 1: none is looked for. */
  readonly candidates: number;
  /** Likeness of an image, mirrored or not, to a target; needed for more than one candidate. */
  readonly likeness?: Likeness;
}

/** How alike two faces are in pose and light, -1 to 1. */
export type Likeness = (source: Face, target: Face) => number;

/** An image, mirrored or not. */
export interface Face {
  readonly index: number;
  readonly mirrored: boolean;
}

/** Draws batches; `state()` and `seed` are interchangeable starts. */
export type PairSampler = PlanStream<PairBatch>;

const TWO_TO_32 = 2 ** 32;

/** The draws that a batch is made of. */
function drawing(source: PairSource, uniform: () => number) {
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
  const choose = (target: Face): Face => {
    const drawn = Array.from({ length: source.candidates }, () => pick(source.sources));
    const { likeness } = source;
    if (likeness === undefined) return { index: drawn[0] as number, mirrored: target.mirrored };
    const faces = drawn.flatMap((index) => [false, true].map((mirrored) => ({ index, mirrored, alike: likeness({ index, mirrored }, target) })));
    return faces.reduce((best, face) => (face.alike > best.alike ? face : best));
  };
  const view = (): IdentityView => {
    const [smallest, largest] = source.viewScales;
    return smallest === largest ? { scale: smallest, mirrored: false } : { scale: smallest + uniform() * (largest - smallest), mirrored: uniform() < 0.5 };
  };
  return { pick, move, choose, view };
}

/** A sampler from a seed, or from the `state()` of an earlier one. */
export function pairSampler(source: PairSource, start: number | readonly number[]): PairSampler {
  const generator = typeof start === 'number' ? xoroshiro128plus(start) : xoroshiro128plusFromState(start.slice());
  const uniform = (): number => (generator.next() >>> 0) / TWO_TO_32;
  const { pick, move, choose, view } = drawing(source, uniform);
  const slots = Array.from({ length: source.batch }, (_, slot) => slot);
  const sameCount = Math.round(source.batch * source.sameShare);
  return {
    state: () => generator.getState(),
    next() {
      const targets = slots.map(() => pick(source.targets));
      const same = slots.map((slot) => slot < sameCount);
      const mirrorTargets = slots.map(() => uniform() < 0.5);
      const donors = slots.map((slot) => {
        const target = { index: targets[slot] as number, mirrored: mirrorTargets[slot] as boolean };
        return same[slot] === true ? target : choose(target);
      });
      const sources = donors.map(({ index }) => index);
      const mirrorDonors = donors.map(({ mirrored }) => mirrored);
      // Also for equal faces: what a mirrored source cannot know (pose, light) must come from the target.
      const mirrorSources = mirrorDonors.map((mirrored) => (source.mirrorSources ? uniform() < 0.5 : mirrored));
      const sourceMoves = slots.map(() => move(source.sourceJitter));
      return { sources, targets, same, mirrorSources, mirrorTargets, mirrorDonors, sourceMoves, view: view() };
    },
  };
}
