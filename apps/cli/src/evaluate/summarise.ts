/** Means over the pairs: the numbers of a model card. */
import type { PairResult } from './evaluate-pairs.ts';
import type { FaceDistanceValues } from './face-distances.ts';

/** What an evaluation says. */
export interface EvaluationSummary {
  readonly pairs: number;
  readonly identity: {
    readonly network: string;
    /** Mean cosine of the result and its source. */
    readonly toSource: number;
    /** Mean cosine of the unswapped target and the source. */
    readonly targetToSource: number;
    /** Mean cosine of the result and its target. */
    readonly toTarget: number;
    /** Share of pairs in which the swap came nearer to the source. */
    readonly nearerToSource: number;
  };
  /** Mean distances of the swapped face and the target's face. */
  readonly toTarget: Readonly<Record<string, number>>;
  /** Mean distances of a face and its swap with itself. */
  readonly reconstruction: Readonly<Record<string, number>>;
  /** Mean distances of 3DMM coefficients; `null` where no regressor was at hand. */
  readonly faces3d: FaceDistanceSummary | null;
}

/** `null`: of no pair, every one had a face that the regressor doubted. */
export interface FaceDistanceSummary {
  readonly network: string;
  readonly shapeToSource: number | null;
  /** Of the unswapped target and the source. */
  readonly targetShapeToSource: number | null;
  readonly poseToTarget: number | null;
  readonly expressionToTarget: number | null;
  /** Pairs with a face that was doubted: they are in not all of these means. */
  readonly doubtedPairs: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanRecord(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(records[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, mean(records.map((record) => record[name] as number))]));
}

function summariseDistances(results: readonly PairResult[], network: string | undefined): FaceDistanceSummary | null {
  if (network === undefined) return null;
  const all = results.flatMap(({ distances }) => (distances === undefined ? [] : [distances]));
  const meanOf = (name: keyof FaceDistanceValues): number | null => {
    const seen = all.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));
    return seen.length === 0 ? null : mean(seen);
  };
  return {
    network,
    shapeToSource: meanOf('shape'),
    targetShapeToSource: meanOf('shapeOfTarget'),
    poseToTarget: meanOf('pose'),
    expressionToTarget: meanOf('expression'),
    doubtedPairs: all.filter((distances) => Object.values(distances).includes(undefined)).length,
  };
}

/**
 * @param reconstructions one for each portrait that was rebuilt
 * @param regressor which measured shape, pose and expression, if any
 */
export function summarise(
  results: readonly PairResult[],
  reconstructions: readonly Readonly<Record<string, number>>[],
  regressor: string | undefined,
): EvaluationSummary {
  const identities = results.map(({ identity }) => identity);
  return {
    pairs: results.length,
    identity: {
      network: identities[0]?.network ?? '',
      toSource: mean(identities.map(({ toSource }) => toSource)),
      targetToSource: mean(identities.map(({ targetToSource }) => targetToSource)),
      toTarget: mean(identities.map(({ toTarget }) => toTarget)),
      nearerToSource: mean(identities.map(({ toSource, targetToSource }) => (toSource > targetToSource ? 1 : 0))),
    },
    toTarget: meanRecord(results.map(({ toTarget }) => toTarget)),
    reconstruction: meanRecord(reconstructions),
    faces3d: summariseDistances(results, regressor),
  };
}
