/** After how many steps the lazy terms repeat, and a step at which they all count. */
import type { TrainingConfig } from '../config/training-config.ts';

const leastCommonMultiple = (first: number, second: number): number => {
  let multiple = first;
  while (multiple % second !== 0) multiple += first;
  return multiple;
};

/** Steps until identity and R1 come together again. */
export function stepPeriod({ objective }: Pick<TrainingConfig, 'objective'>): number {
  return leastCommonMultiple(objective.identityInterval, objective.r1Interval);
}

/** A step at which every term with a weight counts. */
export function fullStep({ objective }: Pick<TrainingConfig, 'objective'>): number {
  const from = Math.max(1, objective.identityFrom, objective.adversarialFrom, objective.probeOnlyUntil);
  const every = stepPeriod({ objective });
  return Math.ceil(from / every) * every;
}
