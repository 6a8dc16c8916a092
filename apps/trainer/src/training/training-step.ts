/**
 * One training step: the generator side (encoder + generator) against identity, L1, LPIPS and the
 * discriminator; then the discriminator against the same swapped faces, with lazy R1.
 * R1 every `r1Interval` steps, multiplied by it, in the same update.
 */
import {
  adversarialDiscriminatorLoss,
  adversarialGeneratorLoss,
  cosineDistance,
  r1Penalty,
  weightedTotal,
} from '@mfim/losses-3dmm';
import { discriminate } from '@mfim/stylegan';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { parametersOf } from '../model/flat-network.ts';
import { probeFaces, swapFaces } from '../model/swap-model.ts';
import type { SwapModel } from '../model/swap-model.ts';
import { adamUpdate } from './adam.ts';
import type { AdamRates } from './adam.ts';
import type { LossNetworks } from './loss-networks.ts';
import type { TrainingState } from './training-state.ts';

/** What one step looks at. Images [batch, R, R, 3] in [-1, 1]. */
export interface StepInputs {
  readonly source: tf.Tensor;
  readonly target: tf.Tensor;
  /** Unit embeddings of the sources, [batch, width]. */
  readonly sourceIdentity: tf.Tensor;
  /** [batch, 1]: 1 where source and target are one image. */
  readonly same: tf.Tensor;
}

/** Everything that stays the same from step to step. */
export interface StepContext {
  readonly config: TrainingConfig;
  readonly model: SwapModel;
  readonly networks: LossNetworks;
  /** Factors on the swapper's rate, see `encoderRateScale`. */
  readonly rateScale?: tf.Tensor;
}

/** Values of the terms, unweighted, by name. */
export type StepTerms = Readonly<Record<string, number>>;

interface GeneratorSide {
  readonly total: tf.Scalar;
  readonly terms: Readonly<Record<string, tf.Scalar>>;
  readonly swapped: tf.Tensor;
}

/** Mean over the batch of per-image distances [batch], other-identity pairs counted by `factor`. */
function weightedMean(distances: tf.Tensor, same: tf.Tensor, factor: number): tf.Scalar {
  const weights = tf.add(tf.mul(tf.reshape(same, [-1]), 1 - factor), factor);
  return tf.mean(tf.mul(distances, weights));
}

function isIdentityStep({ objective }: TrainingConfig, step: number): boolean {
  return objective.identity > 0 && step >= objective.identityFrom && step % objective.identityInterval === 0;
}

/** The encoder's first lesson: who is it? The sources only, so that nothing is drawn. */
function probeObjective({ model, config }: StepContext, { inputs, flat }: { readonly inputs: StepInputs; readonly flat: tf.Tensor }): GeneratorSide {
  const identityProbe = cosineDistance(probeFaces(model, flat, inputs.source), inputs.sourceIdentity);
  return { total: tf.mul(identityProbe, config.objective.identityProbe), terms: { identityProbe }, swapped: tf.zerosLike(inputs.target) };
}

function generatorObjective(context: StepContext, state: TrainingState, { inputs, flat }: { readonly inputs: StepInputs; readonly flat: tf.Tensor }): GeneratorSide {
  const { model, networks, config } = context;
  const { objective } = config;
  if (state.step < objective.probeOnlyUntil) return probeObjective(context, { inputs, flat });
  const { image: swapped, probe } = swapFaces(model, flat, inputs);
  const terms: Record<string, tf.Scalar> = {
    l1: weightedMean(tf.mean(tf.abs(tf.sub(swapped, inputs.target)), [1, 2, 3]), inputs.same, objective.otherIdentity),
    lpips: weightedMean(networks.perceptual(swapped, inputs.target), inputs.same, objective.otherIdentity),
  };
  if (objective.identityProbe > 0) terms['identityProbe'] = cosineDistance(probe, inputs.sourceIdentity);
  if (isIdentityStep(config, state.step)) {
    terms['identity'] = cosineDistance(networks.embed(swapped), inputs.sourceIdentity);
  }
  if (objective.adversarial > 0 && state.step >= objective.adversarialFrom) {
    const critic = parametersOf(model.discriminator, state.weights.discriminator);
    terms['adversarial'] = adversarialGeneratorLoss(discriminate(critic, swapped));
  }
  const weights: Readonly<Record<string, number>> = { ...objective, identity: objective.identity * objective.identityInterval };
  const { total } = weightedTotal(Object.entries(terms).map(([name, value]) => ({ name, weight: weights[name] as number, value })));
  return { total, terms, swapped };
}

function discriminatorObjective(context: StepContext, images: { readonly fake: tf.Tensor; readonly real: tf.Tensor }, options: { readonly flat: tf.Tensor; readonly penalise: boolean }) {
  const { model, config } = context;
  const critic = parametersOf(model.discriminator, options.flat);
  const loss = adversarialDiscriminatorLoss(discriminate(critic, images.real), discriminate(critic, images.fake));
  if (!options.penalise) return { loss, total: loss, r1: undefined };
  const { r1Gamma, r1Interval } = config.objective;
  const r1 = r1Penalty((image) => discriminate(critic, image), images.real, r1Gamma);
  return { loss, total: tf.add(loss, tf.mul(r1, r1Interval)) as tf.Scalar, r1 };
}

const numbersOf = (terms: Readonly<Record<string, tf.Tensor>>): StepTerms =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term.dataSync()[0] as number]));

function ratesAt({ optimiser }: TrainingConfig, updates: number, rate: number): AdamRates {
  const share = optimiser.warmup === 0 ? 1 : Math.min(1, (updates + 1) / optimiser.warmup);
  return { rate: rate * share, beta1: optimiser.beta1, beta2: optimiser.beta2 };
}

function updateGenerator(context: StepContext, state: TrainingState, inputs: StepInputs) {
  const rates = { ...ratesAt(context.config, state.step, context.config.optimiser.generatorRate), scale: context.rateScale };
  let side: GeneratorSide | undefined;
  const { grad, value } = tf.valueAndGrad((flat) => {
    side = generatorObjective(context, state, { inputs, flat });
    for (const term of [side.swapped, ...Object.values(side.terms)]) tf.keep(term);
    return side.total;
  })(state.weights.swapper);
  const { terms, swapped } = side as GeneratorSide;
  const updated = adamUpdate({ parameters: state.weights.swapper, state: state.swapperAdam }, grad, rates);
  const numbers = { ...numbersOf(terms), total: value.dataSync()[0] as number };
  for (const term of Object.values(terms)) term.dispose();
  return { updated, numbers, swapped };
}

function updateDiscriminator(context: StepContext, state: TrainingState, images: { readonly fake: tf.Tensor; readonly real: tf.Tensor }) {
  const rates = ratesAt(context.config, state.discriminatorAdam.updates, context.config.optimiser.discriminatorRate);
  const { r1Gamma, r1Interval } = context.config.objective;
  const penalise = r1Gamma > 0 && state.step % r1Interval === 0;
  let kept: Record<string, tf.Tensor> = {};
  const { grad } = tf.valueAndGrad((flat) => {
    const { loss, total, r1 } = discriminatorObjective(context, images, { flat, penalise });
    kept = { discriminator: tf.keep(loss), ...(r1 === undefined ? {} : { r1: tf.keep(r1) }) };
    return total;
  })(state.weights.discriminator);
  const updated = adamUpdate({ parameters: state.weights.discriminator, state: state.discriminatorAdam }, grad, rates);
  const numbers = numbersOf(kept);
  for (const term of Object.values(kept)) term.dispose();
  return { updated, numbers };
}

function average(state: TrainingState, swapper: tf.Tensor, config: TrainingConfig): tf.Tensor {
  const halfLife = (config.optimiser.averageHalfLifeKimg * 1000) / config.batch;
  // A young average follows faster, or it would remember the random start (stylegan2: ramp-up).
  const decay = 0.5 ** (1 / Math.max(1e-8, Math.min(halfLife, state.step * 0.05)));
  return tf.add(swapper, tf.mul(tf.sub(state.average, swapper), decay));
}

/**
 * Takes one step.
 *
 * @returns the next state (the old one's tensors are disposed) and the terms as numbers
 */
export function trainingStep(context: StepContext, state: TrainingState, inputs: StepInputs): { readonly state: TrainingState; readonly terms: StepTerms } {
  const { objective } = context.config;
  const adversarial = objective.adversarial > 0 && state.step >= Math.max(objective.adversarialFrom, objective.probeOnlyUntil);
  let terms: StepTerms = {};
  const next = tidyState(() => {
    const generator = updateGenerator(context, state, inputs);
    terms = generator.numbers;
    const swapper = generator.updated.parameters;
    const common = { swapper, swapperAdam: generator.updated.state, average: average(state, swapper, context.config) };
    if (!adversarial) {
      generator.swapped.dispose();
      return { ...common, discriminator: tf.clone(state.weights.discriminator), discriminatorAdam: cloneAdam(state.discriminatorAdam) };
    }
    const critic = updateDiscriminator(context, state, { fake: generator.swapped, real: inputs.target });
    generator.swapped.dispose();
    terms = { ...terms, ...critic.numbers };
    return { ...common, discriminator: critic.updated.parameters, discriminatorAdam: critic.updated.state };
  });
  tf.dispose([state.weights, state.average, state.swapperAdam, state.discriminatorAdam] as never);
  const { swapper, discriminator, ...rest } = next;
  return { state: { ...rest, weights: { swapper, discriminator }, step: state.step + 1 }, terms };
}

interface NextTensors extends Omit<TrainingState, 'step' | 'weights'> {
  readonly swapper: tf.Tensor;
  readonly discriminator: tf.Tensor;
}

/** `tf.tidy` keeps the tensors of what it returns, though its types know only plain containers. */
function tidyState(make: () => NextTensors): NextTensors {
  return tf.tidy(make as never) as unknown as NextTensors;
}

function cloneAdam(state: TrainingState['discriminatorAdam']): TrainingState['discriminatorAdam'] {
  return { ...state, first: tf.clone(state.first), second: tf.clone(state.second) };
}
