/**
 * One training step: the swapper (encoder + generator) against its objective; then the discriminator
 * against the same swapped faces, with lazy R1: every `r1Interval` steps, multiplied by it, in the same
 * update. The batch may come in parts, whose gradients are averaged (gradient accumulation). Each network's
 * gradient is one flat vector, which `allReduceMean` averages over processes before the update.
 */
import { adversarialDiscriminatorLoss, r1Penalty } from '@mfim/losses-3dmm';
import { discriminate } from '@mfim/stylegan';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { parametersOf } from '../model/flat-network.ts';
import type { StepTerms } from '../run/stage.ts';
import { adamClone, adamUpdate } from './adam.ts';
import type { AdamRates } from './adam.ts';
import { averageWeights } from './average-weights.ts';
import { isAdversarialStep, swapObjective } from './swap-objective.ts';
import type { ObjectiveContext, StepInputs, SwapObjective } from './swap-objective.ts';
import type { TrainingState } from './training-state.ts';

/** Everything that stays the same from step to step. */
export interface StepContext extends ObjectiveContext {
  /** Factors on the swapper's rate, see `rateScale`. */
  readonly rateScale?: tf.Tensor;
  /** Averages a flat gradient over all processes; absent: there is one. */
  readonly allReduceMean?: (flat: tf.Tensor) => tf.Tensor;
}

/** Longest half-life of the average as a share of the images seen (stylegan2). */
const RAMP_UP = 0.05;

/** Gradient and terms of one part of a batch. */
interface PartGradient {
  readonly gradient: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Scalar>>;
}

function numbersOf(terms: Readonly<Record<string, tf.Tensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term.dataSync()[0] as number]));
}

/** Means over the parts; every part is freed before the next is computed. */
function averageOfParts(context: StepContext, count: number, gradientOf: (part: number) => PartGradient): { readonly gradient: tf.Tensor; readonly terms: StepTerms } {
  let sum: tf.Tensor | undefined;
  const totals: Record<string, number> = {};
  for (let part = 0; part < count; part += 1) {
    sum = tf.tidy(() => {
      const { gradient, terms } = gradientOf(part);
      for (const [name, value] of Object.entries(numbersOf(terms))) totals[name] = (totals[name] ?? 0) + value / count;
      return sum === undefined ? gradient : tf.add(sum, gradient);
    });
  }
  const mean = tf.div(sum as tf.Tensor, count);
  return { gradient: context.allReduceMean === undefined ? mean : context.allReduceMean(mean), terms: totals };
}

function ratesAt({ optimiser }: TrainingConfig, updates: number, rate: number): AdamRates {
  const share = optimiser.warmup === 0 ? 1 : Math.min(1, (updates + 1) / optimiser.warmup);
  return { rate: rate * share, beta1: optimiser.beta1, beta2: optimiser.beta2 };
}

function updateSwapper(context: StepContext, state: TrainingState, parts: readonly StepInputs[]) {
  const { swapper, discriminator } = state.weights;
  const swapped: tf.Tensor[] = [];
  const { gradient, terms } = averageOfParts(context, parts.length, (part) => {
    let objective: SwapObjective | undefined;
    const { grad, value } = tf.valueAndGrad((flat) => {
      objective = swapObjective(context, { flat, discriminator, inputs: parts[part] as StepInputs, step: state.step });
      for (const term of [objective.swapped, ...Object.values(objective.terms)]) tf.keep(term);
      return objective.total;
    })(swapper);
    const { terms: kept, swapped: faces } = objective as SwapObjective;
    swapped.push(faces);
    const copies = Object.fromEntries(Object.entries(kept).map(([name, term]) => [name, tf.clone(term)]));
    tf.dispose(Object.values(kept));
    return { gradient: grad, terms: { ...copies, total: value as tf.Scalar } };
  });
  const rates = { ...ratesAt(context.config, state.swapperAdam.updates, context.config.optimiser.generatorRate), scale: context.rateScale };
  return { updated: adamUpdate({ parameters: swapper, state: state.swapperAdam }, gradient, rates), terms, swapped };
}

function discriminatorGradient(context: StepContext, state: TrainingState, images: { readonly fake: tf.Tensor; readonly real: tf.Tensor }): PartGradient {
  const { r1Gamma, r1Interval } = context.config.objective;
  const penalise = r1Gamma > 0 && state.step % r1Interval === 0;
  let terms: Record<string, tf.Scalar> = {};
  const gradient = tf.grad((flat) => {
    const critic = parametersOf(context.model.discriminator, flat);
    const [real, fake] = [discriminate(critic, images.real), discriminate(critic, images.fake)];
    const loss = adversarialDiscriminatorLoss(real, fake);
    terms = { discriminator: tf.keep(loss), realLogit: tf.keep(tf.mean(real)), fakeLogit: tf.keep(tf.mean(fake)) };
    if (!penalise) return loss;
    const r1 = r1Penalty((image) => discriminate(critic, image), images.real, r1Gamma);
    terms = { ...terms, r1: tf.keep(r1) };
    return tf.add(loss, tf.mul(r1, r1Interval));
  })(state.weights.discriminator);
  const copies = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, tf.clone(term)]));
  tf.dispose(Object.values(terms));
  return { gradient, terms: copies };
}

function updateDiscriminator(context: StepContext, state: TrainingState, images: { readonly fake: readonly tf.Tensor[]; readonly parts: readonly StepInputs[] }) {
  const { gradient, terms } = averageOfParts(context, images.parts.length, (part) =>
    discriminatorGradient(context, state, { fake: images.fake[part] as tf.Tensor, real: (images.parts[part] as StepInputs).target }),
  );
  const rates = ratesAt(context.config, state.discriminatorAdam.updates, context.config.optimiser.discriminatorRate);
  return { updated: adamUpdate({ parameters: state.weights.discriminator, state: state.discriminatorAdam }, gradient, rates), terms };
}

interface NextTensors extends Omit<TrainingState, 'step' | 'weights'> {
  readonly swapper: tf.Tensor;
  readonly discriminator: tf.Tensor;
}

/** `tf.tidy` keeps the tensors of what it returns, though its types know only plain containers. */
function tidyState(make: () => NextTensors): NextTensors {
  return tf.tidy(make as never) as unknown as NextTensors;
}

/**
 * Takes one step.
 *
 * @param parts the batch, whole or in equal parts
 * @returns the next state (the old one's tensors are disposed) and the terms as numbers
 */
export function trainingStep(context: StepContext, state: TrainingState, parts: readonly StepInputs[]): { readonly state: TrainingState; readonly terms: StepTerms } {
  const { batch, optimiser } = context.config;
  let terms: StepTerms = {};
  const next = tidyState(() => {
    const generator = updateSwapper(context, state, parts);
    terms = generator.terms;
    const swapper = generator.updated.parameters;
    const common = { swapper, swapperAdam: generator.updated.state, average: averageWeights(state.average, swapper, { batch, images: state.step * batch, halfLifeKimg: optimiser.averageHalfLifeKimg, rampUp: RAMP_UP }) };
    if (!isAdversarialStep(context.config, state.step)) {
      tf.dispose(generator.swapped);
      return { ...common, discriminator: tf.clone(state.weights.discriminator), discriminatorAdam: adamClone(state.discriminatorAdam) };
    }
    const critic = updateDiscriminator(context, state, { fake: generator.swapped, parts });
    tf.dispose(generator.swapped);
    terms = { ...terms, ...critic.terms };
    return { ...common, discriminator: critic.updated.parameters, discriminatorAdam: critic.updated.state };
  });
  tf.dispose([state.weights, state.average, state.swapperAdam, state.discriminatorAdam] as never);
  const { swapper, discriminator, ...rest } = next;
  return { state: { ...rest, weights: { swapper, discriminator }, step: state.step + 1 }, terms };
}
