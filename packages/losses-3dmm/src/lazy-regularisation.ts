/**
 * Lazy regularisation (Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", appendix B): a
 * penalty that is evaluated only every `interval` steps and then multiplied by `interval`, so that its
 * weight per step stays. StyleGAN2: R1 every 16 discriminator steps, path length every 4 generator steps.
 *
 * StyleGAN2 makes such a step an optimiser update of its own, interval + 1 updates for `interval` steps, and
 * scales Adam's rates so that they move as if there were `interval`: `lazyRates`. A trainer that adds the penalty to the
 * loss of an ordinary step, as ours does, makes no additional update and leaves its rates alone.
 */
import { InputError } from '@mfim/tensor-contracts';

/** The numbers of Adam that depend on how often it is applied. */
export interface UpdateRates {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
}

function checkInterval(where: string, interval: number): void {
  if (Number.isInteger(interval) && interval >= 1) return;
  throw new InputError({ where, expected: 'an interval of 1, 2, 3, ... steps', got: String(interval), remedy: 'pass for example 16; 1 for every step' });
}

/**
 * The factor of a lazy penalty at a step: `interval` where the step is a multiple of it, otherwise 0, where the penalty need
 * not be evaluated. Its mean over the steps is 1.
 *
 * @param step 0, 1, 2, ...
 * @throws InputError when the interval is not a whole number of 1 or more.
 */
export function lazyFactor(step: number, interval: number): number {
  checkInterval('lazyFactor', interval);
  return step % interval === 0 ? interval : 0;
}

/**
 * Adam's rates where the penalty has updates of its own: rate * c and beta^c with c = interval / (interval + 1).
 *
 * @throws InputError when the interval is not a whole number of 1 or more.
 */
export function lazyRates({ rate, beta1, beta2 }: UpdateRates, interval: number): UpdateRates {
  checkInterval('lazyRates', interval);
  const share = interval / (interval + 1);
  return { rate: rate * share, beta1: beta1 ** share, beta2: beta2 ** share };
}
