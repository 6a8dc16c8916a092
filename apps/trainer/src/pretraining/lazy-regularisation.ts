/**
 * A network's main objective, and a regulariser that counts every `interval` steps, multiplied by it (Karras et al. 2020,
 * StyleGAN2, appendix B). `separate` gives the regulariser an optimiser step of its own, as StyleGAN2 does, and rescales
 * Adam's rates for it (`lazyRates` of @mfim/losses-3dmm); `joint` adds its gradient to the main one.
 */
import { lazyFactor, lazyRates } from '@mfim/losses-3dmm';
import * as tf from '@tensorflow/tfjs-core';
import type { AdamRates } from '../training/adam.ts';
import { descend } from './descend.ts';
import type { DescentOptions, PartObjective, Trained } from './descend.ts';
import type { PretrainingConfig } from './pretraining-config.ts';

/** The two objectives of one network in one step. */
export interface LazyObjectives {
  readonly main: PartObjective;
  /** Unweighted by the interval; absent in steps where it is not due. */
  readonly regulariser?: PartObjective | undefined;
  readonly interval: number;
}

/** Whether a regulariser is due at a step; one of weight 0 never is. */
export function isDue(step: number, { weight, interval }: { readonly weight: number; readonly interval: number }): boolean {
  return weight > 0 && lazyFactor(step, interval) > 0;
}

/** Adam's rates beside a regulariser of this interval; `interval` 0: there is none. */
export function ratesBeside(optimiser: Pick<PretrainingConfig['optimiser'], 'beta1' | 'beta2' | 'regularisation'>, rate: number, interval: number): AdamRates {
  const rates = { rate, beta1: optimiser.beta1, beta2: optimiser.beta2 };
  return optimiser.regularisation === 'joint' || interval === 0 ? rates : lazyRates(rates, interval);
}

function joined({ main, regulariser, interval }: LazyObjectives): PartObjective {
  if (regulariser === undefined) return main;
  return (part) => {
    const [firstOf, secondOf] = [main(part), regulariser(part)];
    return (flat) => {
      const [first, second] = [firstOf(flat), secondOf(flat)];
      return { total: tf.add(first.total, tf.mul(second.total, interval)), terms: { ...first.terms, ...second.terms } };
    };
  };
}

/** Takes the step, or the two steps, of one network. Call it inside `tf.tidy`. */
export function descendLazily(trained: Trained, objectives: LazyObjectives, options: DescentOptions & { readonly regularisation: 'separate' | 'joint' }): ReturnType<typeof descend> {
  const { main, regulariser, interval } = objectives;
  if (options.regularisation === 'joint' || regulariser === undefined) return descend(trained, joined(objectives), options);
  const first = descend(trained, main, options);
  const second = descend(first.trained, (part) => {
    const penalty = regulariser(part);
    return (flat) => {
      const { total, terms } = penalty(flat);
      return { total: tf.mul(total, interval), terms };
    };
  }, options);
  return { trained: second.trained, terms: { ...first.terms, ...second.terms } };
}
