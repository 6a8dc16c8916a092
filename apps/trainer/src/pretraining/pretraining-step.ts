/**
 * One step of StyleGAN2 from scratch (Karras et al. 2020, with adaptive augmentation): the generator against the
 * discriminator, lazily with path length regularisation; the discriminator against new fakes, lazily with R1; the average.
 * Everything the discriminator sees is augmented. R1 is taken by the photos before their augmentation. The batch may come in
 * parts, whose gradients are averaged (gradient accumulation).
 *
 * Departures from the reference: R1 reuses the augmentation that the photos had in the main term of the step; the mean latent
 * is updated once a step, from the generator's latents; path lengths are compared with the mean that their own part updates.
 */
import { adversarialDiscriminatorLoss, adversarialGeneratorLoss, pathLengthPenalty, r1Penalty } from '@mfim/losses-3dmm';
import { discriminate } from '@mfim/stylegan';
import * as tf from '@tensorflow/tfjs-core';
import { parametersOf } from '../model/flat-network.ts';
import type { StepTerms } from '../run/stage.ts';
import { augment } from './augment.ts';
import { nextAugmentation } from './augmentation-controller.ts';
import { averageWeights } from '../training/average-weights.ts';
import type { Objective, PartObjective, Trained } from './descend.ts';
import type { AugmentationDraws } from './draw-augmentation.ts';
import { descendLazily, isDue, ratesBeside } from './lazy-regularisation.ts';
import type { PretrainingConfig } from './pretraining-config.ts';
import { drawLatents, generateFaces, mapLatents } from './pretraining-model.ts';
import type { LatentInputs, PretrainingModel } from './pretraining-model.ts';
import { disposePretraining } from './pretraining-state.ts';
import type { PretrainingState } from './pretraining-state.ts';

/** What one step, or a part of it, looks at; everything random is in here. */
export interface PretrainingInputs {
  /** Photos [batch, R, R, 3] in [-1, 1]. */
  readonly real: tf.Tensor;
  readonly generator: { readonly latents: LatentInputs; readonly augmentation: AugmentationDraws };
  readonly discriminator: { readonly latents: LatentInputs; readonly fakeAugmentation: AugmentationDraws; readonly realAugmentation: AugmentationDraws };
  /** Needed in the steps where path lengths are regularised; imageNoise [smaller batch, R, R, 3], N(0, 1). */
  readonly pathLength?: { readonly latents: LatentInputs; readonly imageNoise: tf.Tensor };
}

/** Everything that stays the same from step to step. */
export interface PretrainingContext {
  readonly config: PretrainingConfig;
  readonly model: PretrainingModel;
  /** Averages a flat gradient over all processes; absent: one process. */
  readonly allReduceMean?: (flat: tf.Tensor) => tf.Tensor;
}

type Terms = Record<string, tf.Tensor>;

function generatorSide({ model }: PretrainingContext, { weights }: PretrainingState, inputs: PretrainingInputs['generator']) {
  return (flat: tf.Tensor): Objective => {
    const critic = parametersOf(model.discriminator, weights.discriminator);
    const { image, w } = generateFaces(model, flat, inputs.latents);
    const total = adversarialGeneratorLoss(discriminate(critic, augment(image, inputs.augmentation), model));
    return { total, terms: { generator: total, latentMean: tf.mean(w, 0) } };
  };
}

function pathLengthSide({ model, config }: PretrainingContext, state: PretrainingState, { latents, imageNoise }: NonNullable<PretrainingInputs['pathLength']>) {
  const { pathLengthWeight, pathLengthDecay } = config.objective;
  return (flat: tf.Tensor): Objective => {
    const parameters = parametersOf(model.generator, flat);
    const wPlus = tf.stack(mapLatents(model, parameters, latents).all.slice(), 1);
    const draw = (all: tf.Tensor): tf.Tensor => drawLatents(model, parameters, { all: tf.unstack(all, 1), noise: latents.noise });
    const { penalty, mean } = pathLengthPenalty(draw, { latents: wPlus, noise: imageNoise, mean: tf.scalar(state.pathLengthMean), decay: pathLengthDecay });
    return { total: tf.mul(penalty, pathLengthWeight), terms: { pathLength: penalty, pathLengthMean: mean } };
  };
}

function discriminatorSide({ model }: PretrainingContext, generator: tf.Tensor, { real, discriminator }: PretrainingInputs) {
  const fake = tf.tidy(() => generateFaces(model, generator, discriminator.latents).image);
  return (flat: tf.Tensor): Objective => {
    const critic = parametersOf(model.discriminator, flat);
    const realLogits = discriminate(critic, augment(real, discriminator.realAugmentation), model);
    const fakeLogits = discriminate(critic, augment(fake, discriminator.fakeAugmentation), model);
    const total = adversarialDiscriminatorLoss(realLogits, fakeLogits);
    return {
      total,
      terms: { discriminator: total, realLogit: tf.mean(realLogits), fakeLogit: tf.mean(fakeLogits), realSigns: tf.mean(tf.sign(realLogits)) },
    };
  };
}

function penaltySide({ model, config }: PretrainingContext, { real, discriminator }: PretrainingInputs) {
  return (flat: tf.Tensor): Objective => {
    const critic = parametersOf(model.discriminator, flat);
    const seen = (images: tf.Tensor): tf.Tensor => discriminate(critic, augment(images, discriminator.realAugmentation), model);
    const r1 = r1Penalty(seen, real, config.objective.r1Gamma);
    return { total: r1, terms: { r1 } };
  };
}

/** An objective for each part's inputs. */
function overParts(parts: readonly PretrainingInputs[], objectiveOf: (inputs: PretrainingInputs) => (flat: tf.Tensor) => Objective): PartObjective {
  return (part) => objectiveOf(parts[part] as PretrainingInputs);
}

function updateGenerator(context: PretrainingContext, state: PretrainingState, parts: readonly PretrainingInputs[]) {
  const { objective, optimiser } = context.config;
  const { pathLengthWeight: weight, pathLengthInterval: interval } = objective;
  const due = parts[0]?.pathLength !== undefined && isDue(state.step, { weight, interval });
  const trained: Trained = { parameters: state.weights.generator, state: state.generatorAdam };
  return descendLazily(trained, {
    main: overParts(parts, ({ generator }) => generatorSide(context, state, generator)),
    regulariser: due ? overParts(parts, ({ pathLength }) => pathLengthSide(context, state, pathLength as NonNullable<PretrainingInputs['pathLength']>)) : undefined,
    interval,
  }, { rates: ratesBeside(optimiser, optimiser.generatorRate, weight > 0 ? interval : 0), parts: parts.length, allReduceMean: context.allReduceMean, regularisation: optimiser.regularisation });
}

function updateDiscriminator(context: PretrainingContext, state: PretrainingState, request: { readonly parts: readonly PretrainingInputs[]; readonly generator: tf.Tensor }) {
  const { objective, optimiser } = context.config;
  const { r1Gamma: weight, r1Interval: interval } = objective;
  const { parts, generator } = request;
  const trained: Trained = { parameters: state.weights.discriminator, state: state.discriminatorAdam };
  return descendLazily(trained, {
    main: overParts(parts, (inputs) => discriminatorSide(context, generator, inputs)),
    regulariser: isDue(state.step, { weight, interval }) ? overParts(parts, (inputs) => penaltySide(context, inputs)) : undefined,
    interval,
  }, { rates: ratesBeside(optimiser, optimiser.discriminatorRate, weight > 0 ? interval : 0), parts: parts.length, allReduceMean: context.allReduceMean, regularisation: optimiser.regularisation });
}

/** The tensors of the next state; scalars to be read are stacked into one, so that the engine is waited for only once. */
function nextTensors(context: PretrainingContext, state: PretrainingState, parts: readonly PretrainingInputs[]) {
  const { batch, optimiser } = context.config;
  const generator = updateGenerator(context, state, parts);
  const weights = generator.trained.parameters;
  const discriminator = updateDiscriminator(context, state, { parts, generator: weights });
  const { latentMean: seen, ...terms } = { ...generator.terms, ...discriminator.terms } as Terms & { latentMean: tf.Tensor };
  const settings = { batch, images: state.step * batch, halfLifeKimg: optimiser.averageHalfLifeKimg, rampUp: optimiser.averageRampUp };
  const next = {
    generator: generator.trained,
    discriminator: discriminator.trained,
    average: averageWeights(state.average, weights, settings),
    latentMean: tf.add(seen, tf.mul(tf.sub(state.latentMean, seen), optimiser.latentMeanDecay)),
    values: tf.stack(Object.values(terms).map((term) => tf.reshape(term, []))),
    names: Object.keys(terms),
  };
  tf.dispose([terms, seen] as never);
  return next;
}

/**
 * Takes one step.
 *
 * @param parts the batch, whole or in equal parts
 * @returns the next state (the old one's tensors are disposed), and by name the losses, verdicts, `realSigns` (how much the
 *   discriminator overfits) and `augmentProbability`
 */
export function pretrainingStep(context: PretrainingContext, state: PretrainingState, parts: readonly PretrainingInputs[]): { readonly state: PretrainingState; readonly terms: StepTerms } {
  const next = tf.tidy(() => nextTensors(context, state, parts) as never) as unknown as ReturnType<typeof nextTensors>;
  const values = next.values.dataSync();
  next.values.dispose();
  disposePretraining(state);
  const terms: Record<string, number> = Object.fromEntries(next.names.map((name, index) => [name, values[index] as number]));
  const signs = { mean: terms['realSigns'] as number, count: context.config.batch };
  const augmentation = nextAugmentation(state.augmentation, signs, context.config.augmentation);
  return {
    state: {
      step: state.step + 1,
      weights: { generator: next.generator.parameters, discriminator: next.discriminator.parameters },
      average: next.average,
      generatorAdam: next.generator.state,
      discriminatorAdam: next.discriminator.state,
      latentMean: next.latentMean,
      pathLengthMean: terms['pathLengthMean'] ?? state.pathLengthMean,
      augmentation,
    },
    terms: { ...terms, augmentProbability: augmentation.probability },
  };
}
