/** The kinds of steps that a config has, by what is computed in them, and how often each comes. */
import type { TrainingConfig } from '../config/training-config.ts';
import { fullStep, stepPeriod } from '../training/full-step.ts';

/** One kind. */
export interface StepKind {
  /** `plain`, `with R1`, `with identity`, `with identity and R1`. */
  readonly name: string;
  /** A step of this kind at which every term has begun to count. */
  readonly step: number;
  /** Share of all steps. */
  readonly share: number;
}

function nameAt({ objective }: TrainingConfig, step: number): string {
  const penalised = objective.adversarial > 0 && objective.r1Gamma > 0 && step % objective.r1Interval === 0;
  // An identity term that counts at every step belongs to the plain step.
  const identified = objective.identity > 0 && objective.identityInterval > 1 && step % objective.identityInterval === 0;
  const extras = [...(identified ? ['identity'] : []), ...(penalised ? ['R1'] : [])];
  return extras.length === 0 ? 'plain' : `with ${extras.join(' and ')}`;
}

/** The kinds in the order in which they come, the fullest first. */
export function stepKinds(config: TrainingConfig): readonly StepKind[] {
  const [start, period] = [fullStep(config), stepPeriod(config)];
  const kinds = new Map<string, { readonly step: number; count: number }>();
  for (let step = start; step < start + period; step += 1) {
    const name = nameAt(config, step);
    const known = kinds.get(name);
    if (known === undefined) kinds.set(name, { step, count: 1 });
    else known.count += 1;
  }
  return [...kinds].map(([name, { step, count }]) => ({ name, step, share: count / period }));
}
