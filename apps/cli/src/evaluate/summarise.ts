/** Means over the pairs: the numbers of a model card. */
import type { PairResult } from './evaluate-pairs.ts';

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
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanRecord(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(records[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, mean(records.map((record) => record[name] as number))]));
}

/** @param reconstructions one for each portrait that was rebuilt */
export function summarise(
  results: readonly PairResult[],
  reconstructions: readonly Readonly<Record<string, number>>[],
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
  };
}
