/**
 * Gradients of the parts of a training step, as pure functions: they run eagerly and compiled alike.
 */
import { adversarialDiscriminatorLoss, r1Penalty } from '@mfim/losses-3dmm';
import { releasingGradients } from '@mfim/nn';
import { discriminate } from '@mfim/stylegan';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { parametersOf } from '../model/flat-network.ts';
import type { AdamRates } from './adam.ts';
import type { AverageSettings } from './average-weights.ts';
import { swapObjective } from './swap-objective.ts';
import type { ObjectiveContext, ObjectivePoint } from './swap-objective.ts';

/** Everything that stays the same from step to step. */
export interface StepContext extends ObjectiveContext {
  /** Factors on the swapper's rate, see `rateScale`. */
  readonly rateScale?: tf.Tensor;
  /** Averages a flat gradient over all processes; absent: there is one. */
  readonly allReduceMean?: (flat: tf.Tensor) => tf.Tensor;
}

/** Gradient and terms of one part of a batch. */
export interface PartGradient {
  readonly gradient: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Scalar>>;
}

/** Longest half-life of the average as a share of the images seen (stylegan2). */
const RAMP_UP = 0.05;

/** Gradient and terms of an objective; the terms belong to the scope that is open. */
function differentiate(flat: tf.Tensor, objective: () => { readonly total: tf.Scalar; readonly terms: Readonly<Record<string, tf.Scalar>> }): PartGradient {
  let kept: Readonly<Record<string, tf.Scalar>> = {};
  const { gradients } = releasingGradients(() => {
    const { total, terms } = objective();
    kept = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, tf.keep(tf.clone(term))]));
    return total;
  }, [flat]);
  const terms = Object.fromEntries(Object.entries(kept).map(([name, term]) => [name, tf.clone(term)]));
  tf.dispose(Object.values(kept));
  return { gradient: gradients[0] as tf.Tensor, terms };
}

/** The swapper's gradient, and the faces that it drew. */
export function swapperGradient(context: ObjectiveContext, point: ObjectivePoint): PartGradient & { readonly swapped: tf.Tensor } {
  let kept: tf.Tensor | undefined;
  const found = differentiate(point.flat, () => {
    const { total, terms, swapped } = swapObjective(context, point);
    kept = tf.keep(tf.clone(swapped));
    return { total, terms: { ...terms, total } };
  });
  const swapped = tf.clone(kept as tf.Tensor);
  kept?.dispose();
  return { ...found, swapped };
}

/** In one pass, which is faster; one after the other where memory is short. */
function verdictsOf(critic: Parameters<typeof discriminate>[0], images: readonly tf.Tensor[], { recomputeFrom }: ObjectiveContext['model']): tf.Tensor[] {
  if (recomputeFrom !== undefined) return images.map((image) => discriminate(critic, image, { recomputeFrom }));
  return tf.split(discriminate(critic, tf.concat([...images]), { batches: images.length }), images.length);
}

/** The gradient of the discriminator's verdicts. @param flat its parameters */
export function verdictGradient({ model }: ObjectiveContext, flat: tf.Tensor, images: { readonly fake: tf.Tensor; readonly real: tf.Tensor }): PartGradient {
  return differentiate(flat, () => {
    const critic = parametersOf(model.discriminator, flat);
    const [real, fake] = verdictsOf(critic, [images.real, images.fake], model) as [tf.Tensor, tf.Tensor];
    const total = adversarialDiscriminatorLoss(real, fake);
    return { total, terms: { discriminator: total, realLogit: tf.mean(real), fakeLogit: tf.mean(fake) } };
  });
}

/** Whether R1 counts at a step at which the discriminator plays. */
export function isPenaltyStep({ objective: { r1Gamma, r1Interval } }: TrainingConfig, step: number): boolean {
  return r1Gamma > 0 && step % r1Interval === 0;
}

/** The gradient of R1, multiplied by its interval. @param flat the discriminator's parameters */
export function penaltyGradient({ model, config }: ObjectiveContext, flat: tf.Tensor, real: tf.Tensor): PartGradient {
  const { r1Gamma, r1Interval } = config.objective;
  return differentiate(flat, () => {
    const critic = parametersOf(model.discriminator, flat);
    const r1 = r1Penalty((image) => discriminate(critic, image, model), real, r1Gamma);
    return { total: tf.mul(r1, r1Interval), terms: { r1 } };
  });
}

/** Rates of the next update. @param updates taken so far */
export function ratesAt({ optimiser }: TrainingConfig, updates: number, rate: number): AdamRates {
  const share = optimiser.warmup === 0 ? 1 : Math.min(1, (updates + 1) / optimiser.warmup);
  return { rate: rate * share, beta1: optimiser.beta1, beta2: optimiser.beta2 };
}

/** How the swapper is averaged after this step. */
export function averageSettings({ batch, optimiser }: TrainingConfig, step: number): AverageSettings {
  return { batch, images: step * batch, halfLifeKimg: optimiser.averageHalfLifeKimg, rampUp: RAMP_UP };
}
