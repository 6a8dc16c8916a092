/**
 * Everything random in one pretraining step. A plan, drawn ahead from one resumable stream, says which photos are read and holds
 * a seed; all else is drawn from that seed in the step itself, when the chance of augmentation is known.
 */
import type { StyleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { PlanStream } from '../run/stage.ts';
import { drawAugmentation } from './draw-augmentation.ts';
import type { AugmentationDraws } from './draw-augmentation.ts';
import { isDue } from './lazy-regularisation.ts';
import type { PretrainingConfig } from './pretraining-config.ts';
import type { LatentInputs } from './pretraining-model.ts';
import type { PretrainingInputs } from './pretraining-step.ts';
import { randomStream } from './random-stream.ts';
import type { RandomStream } from './random-stream.ts';

/** Which photos a step sees. */
export interface PhotoDraws {
  readonly indices: readonly number[];
  readonly mirrored: readonly boolean[];
}

/** Latents and noise of one batch, as numbers. */
export interface LatentDraws {
  readonly batch: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** First W+ index of the second latents; the count of W+ indices when nothing is mixed. */
  readonly crossover: number;
  /** By noise index; empty without fresh noise. */
  readonly noise: readonly Float32Array[];
}

/** What is read ahead of a step. */
export interface PretrainingPlan {
  readonly photos: PhotoDraws;
  /** Where the step's own stream starts. */
  readonly seed: number;
}

/** All other draws of a step. */
export interface PretrainingDraws {
  readonly generator: { readonly latents: LatentDraws; readonly augmentation: AugmentationDraws };
  readonly discriminator: { readonly latents: LatentDraws; readonly fakeAugmentation: AugmentationDraws; readonly realAugmentation: AugmentationDraws };
  /** Present in the steps that regularise path lengths. */
  readonly pathLength?: { readonly latents: LatentDraws; readonly imageNoise: Float32Array };
}

/** What a step is drawn for. */
export interface DrawSource {
  readonly config: PretrainingConfig;
  readonly table: StyleTable;
}

/** Where the run stands. */
export interface DrawMoment {
  readonly step: number;
  /** Chance of each augmentation, from the state. */
  readonly probability: number;
}

/** All seeds of 32 bits: the first number of a stream is nearly a linear function of its seed. */
const SEEDS = 2 ** 32;

/**
 * Plans from a seed, or from the `state()` of an earlier stream; photos are drawn with replacement.
 *
 * @param photos dataset indices
 */
export function pretrainingPlans(config: Pick<PretrainingConfig, 'batch' | 'mirror'>, photos: readonly number[], start: number | readonly number[]): PlanStream<PretrainingPlan> {
  const random = randomStream(start);
  const slots = Array.from({ length: config.batch }, (_, slot) => slot);
  return {
    state: random.state,
    next: () => ({
      photos: {
        indices: slots.map(() => photos[Math.floor(random.uniform() * photos.length)] as number),
        mirrored: slots.map(() => random.uniform() < 0.5 && config.mirror),
      },
      seed: Math.floor(random.uniform() * SEEDS),
    }),
  };
}

function normals(random: RandomStream, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal());
}

function drawLatents(random: RandomStream, { config, table }: DrawSource, batch: number): LatentDraws {
  const { mapping, noise } = config.generator;
  const isMixed = random.uniform() < config.objective.styleMixing;
  // At least one W+ index stays with the first latents, and at least one goes to the second.
  const crossover = 1 + Math.floor(random.uniform() * (table.latentCount - 1));
  const fresh = noise === 'fresh' ? table.noises : [];
  return {
    batch,
    first: normals(random, batch * mapping.width),
    second: isMixed ? normals(random, batch * mapping.width) : new Float32Array(0),
    crossover: isMixed ? crossover : table.latentCount,
    noise: fresh.map(({ resolution }) => normals(random, batch * resolution * resolution)),
  };
}

/** Draws one step from a plan's seed. The same seed, config and moment give the same draws. */
export function drawPretraining(seed: number, source: DrawSource, { step, probability }: DrawMoment): PretrainingDraws {
  const { batch, parts, objective, generator } = source.config;
  const size = generator.resolution;
  const random = randomStream(seed);
  const augmentation = (): AugmentationDraws => drawAugmentation(random, { batch, probability, size });
  const draws = {
    generator: { latents: drawLatents(random, source, batch), augmentation: augmentation() },
    discriminator: { latents: drawLatents(random, source, batch), fakeAugmentation: augmentation(), realAugmentation: augmentation() },
  };
  if (!isDue(step, { weight: objective.pathLengthWeight, interval: objective.pathLengthInterval })) return draws;
  // As many for every part.
  const few = parts * Math.floor(batch / parts / objective.pathLengthShrink);
  return { ...draws, pathLength: { latents: drawLatents(random, source, few), imageNoise: normals(random, few * size * size * 3) } };
}

function latentTensors({ batch, first, second, crossover, noise }: LatentDraws): LatentInputs {
  const rows = (values: Float32Array): tf.Tensor => tf.tensor2d(values, [batch, values.length / batch]);
  const square = (values: Float32Array): tf.Tensor => {
    const side = Math.sqrt(values.length / batch);
    return tf.tensor4d(values, [batch, side, side, 1]);
  };
  return {
    first: rows(first),
    crossover,
    ...(second.length === 0 ? {} : { second: rows(second) }),
    ...(noise.length === 0 ? {} : { noise: noise.map(square) }),
  };
}

/**
 * The tensors of one step, or of a part of it; the caller disposes them (`tf.dispose(inputs)`).
 *
 * @param real its photos, [batch, R, R, 3] in [-1, 1]
 */
export function pretrainingInputs(real: tf.Tensor, { generator, discriminator, pathLength }: PretrainingDraws): PretrainingInputs {
  const size = real.shape[1] as number;
  return {
    real,
    generator: { ...generator, latents: latentTensors(generator.latents) },
    discriminator: { ...discriminator, latents: latentTensors(discriminator.latents) },
    ...(pathLength === undefined ? {} : {
      pathLength: { latents: latentTensors(pathLength.latents), imageNoise: tf.tensor4d(pathLength.imageNoise, [pathLength.latents.batch, size, size, 3]) },
    }),
  };
}
