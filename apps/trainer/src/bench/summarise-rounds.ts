/** From the times of all rounds to medians and ratios. A ratio is taken within a round, so that a busy machine slows both sides of it. */
import { median } from '@mfim/benchmarks';
import type { PeakMemory } from './participant.ts';
import type { StepKind } from './step-kinds.ts';

/** A side without its times. */
export interface Side extends PeakMemory {
  readonly name: string;
  readonly isOurs: boolean;
  readonly description: string;
}

/** Times of one side; medians over the rounds. */
export interface Measured extends Side {
  /** By kind of step. */
  readonly milliseconds: Readonly<Record<string, number>>;
  /** Of a step, the kinds weighted by their shares. */
  readonly meanMilliseconds: number;
  readonly imagesPerSecond: number;
}

/** One side over another, medians of the rounds; below 1 the first is faster, or smaller. */
export interface SideRatio {
  readonly name: string;
  readonly against: string;
  readonly mean: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** Of resident memory. */
  readonly peakMemory: number;
}

/** Milliseconds by side and kind. */
export type Round = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The rounds of all sides. */
export interface Turns {
  readonly rounds: readonly Round[];
  readonly sides: readonly Side[];
  readonly kinds: readonly StepKind[];
}

const timeOf = (round: Round, name: string, kind: string): number => round[name]?.[kind] ?? Number.NaN;
const meanOf = (round: Round, name: string, kinds: readonly StepKind[]): number => kinds.reduce((sum, kind) => sum + kind.share * timeOf(round, name, kind.name), 0);

function measured({ rounds, sides, kinds }: Turns, batch: number): readonly Measured[] {
  return sides.map((side) => {
    const milliseconds = Object.fromEntries(kinds.map(({ name: kind }) => [kind, median(rounds.map((round) => timeOf(round, side.name, kind)))]));
    const meanMilliseconds = median(rounds.map((round) => meanOf(round, side.name, kinds)));
    return { ...side, milliseconds, meanMilliseconds, imagesPerSecond: (1000 * batch) / meanMilliseconds };
  });
}

function ratio({ rounds, kinds }: Turns, side: Measured, against: Measured): SideRatio {
  const over = (read: (round: Round, name: string) => number): number => median(rounds.map((round) => read(round, side.name) / read(round, against.name)));
  return {
    name: side.name,
    against: against.name,
    mean: over((round, name) => meanOf(round, name, kinds)),
    kinds: Object.fromEntries(kinds.map(({ name: kind }) => [kind, over((round, name) => timeOf(round, name, kind))])),
    peakMemory: side.peakBytes / against.peakBytes,
  };
}

/** Each engine of ours against the fastest PyTorch, then the others against the first. */
function ratios(turns: Turns, sides: readonly Measured[]): readonly SideRatio[] {
  const ours = sides.filter(({ isOurs }) => isOurs);
  const [fastest] = sides.filter(({ isOurs }) => !isOurs).toSorted((first, second) => first.meanMilliseconds - second.meanMilliseconds);
  const [first, ...others] = ours as [Measured, ...Measured[]];
  return [...(fastest === undefined ? [] : ours.map((side) => ratio(turns, side, fastest))), ...others.map((side) => ratio(turns, side, first))];
}

/** Medians of every side, and what they come to against each other. */
export function summariseRounds(turns: Turns, batch: number): { readonly sides: readonly Measured[]; readonly ratios: readonly SideRatio[] } {
  const sides = measured(turns, batch);
  return { sides, ratios: ratios(turns, sides) };
}
