/**
 * The discriminator does not teach any more. With the non-saturating loss an undecided discriminator has a loss of
 * 2 ln 2 = 1.39, and the generator's adversarial term (`generator` in pretraining) is ln 2 = 0.69. Where one side's loss stays near
 * 0, that side is always right, and the other has nothing to follow.
 */
import { displayNumber } from '../display-number.ts';
import type { MetricsRecord } from '../metrics-record.ts';
import type { Alarm } from './alarm.ts';

/** Records in a row. */
const WINDOW = 10;
/** The mean of softplus(-real) + softplus(fake) where it gives the right answer 97.5 % on both sides. */
const DISCRIMINATOR_ALWAYS_RIGHT = 0.05;
/** The mean of softplus(-fake) where it takes 95 % for real, on every swap. */
const GENERATOR_ALWAYS_RIGHT = 0.05;

function always(values: readonly (number | undefined)[], limit: number): boolean {
  return values.length === WINDOW && values.every((value) => value !== undefined && value < limit);
}

const adversarialOf = ({ terms }: MetricsRecord): number | undefined => terms['adversarial'] ?? terms['generator'];

/** @param history records with the terms `discriminator` and `adversarial` or `generator`, oldest first; others are passed over */
export function discriminatorSaturated(history: readonly MetricsRecord[]): Alarm | undefined {
  const window = history.filter(({ terms }) => terms['discriminator'] !== undefined).slice(-WINDOW);
  const last = window.at(-1);
  if (last === undefined) return undefined;
  const { discriminator = NaN } = last.terms;
  const seen = `discriminator loss ${displayNumber(discriminator)}, adversarial term ${displayNumber(adversarialOf(last) ?? NaN)}, for ${WINDOW} records`;
  const alarm = (message: string): Alarm => ({ kind: 'discriminator-saturated', step: last.step, message });
  if (always(window.map(({ terms }) => terms['discriminator']), DISCRIMINATOR_ALWAYS_RIGHT)) {
    return alarm(`the discriminator always tells photos from what is drawn (${seen}); try a larger objective.r1Gamma, a lower optimiser.discriminatorRate, or more data`);
  }
  if (always(window.map(adversarialOf), GENERATOR_ALWAYS_RIGHT)) {
    return alarm(`the discriminator takes all that is drawn for real (${seen}); try a lower objective.r1Gamma, a larger optimiser.discriminatorRate, or a wider discriminator`);
  }
  return undefined;
}
