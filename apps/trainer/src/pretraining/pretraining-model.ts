/** The networks of pretraining: mapping, affines and synthesis in one flat vector, the discriminator in another. */
import { seededNormal } from '@mfim/nn';
import type { ParametersOf } from '@mfim/nn';
import { affineStyles, discriminatorSpec, generatorSpec, mapLatent, synthesize, truncate } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import type { StyleTable } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { flatNetwork, parametersOf } from '../model/flat-network.ts';
import type { FlatNetwork } from '../model/flat-network.ts';
import type { PretrainingConfig } from './pretraining-config.ts';

/**
 * The generator's parameters. Synthesis is called `generator`, as in the swapper, so that a checkpoint of pretraining starts MFIM
 * training as it is: `average.generator.constant` is there what it is here.
 */
function generatorTree({ resolution, channels, mapping }: PretrainingConfig['generator']) {
  const { synthesis, ...latents } = generatorSpec(styleTable(resolution, channels), mapping.width, mapping.layers);
  return { ...latents, generator: synthesis };
}

type GeneratorTree = ReturnType<typeof generatorTree>;
type Parameters = ParametersOf<GeneratorTree>;
type DiscriminatorTree = ReturnType<typeof discriminatorSpec>;

/** Forms of the networks; the numbers live in flat vectors. */
export interface PretrainingModel {
  readonly table: StyleTable;
  /** Names start with `mapping.`, `affines.` and `generator.` (synthesis). */
  readonly generator: FlatNetwork<GeneratorTree>;
  readonly discriminator: FlatNetwork<DiscriminatorTree>;
  /** Where synthesis takes noise when no fresh one is given. */
  readonly quietNoise: 'stored' | 'none';
  /** Blocks that read or draw this resolution or more are recomputed in backward passes. */
  readonly recomputeFrom: number | undefined;
}

/** The flat vectors. */
export interface PretrainingWeights {
  readonly generator: tf.Tensor;
  readonly discriminator: tf.Tensor;
}

/** Latents of a batch. */
export interface LatentInputs {
  /** [batch, width], N(0, 1) */
  readonly first: tf.Tensor;
  /** Latents for the W+ indices from `crossover` on; absent: `first` everywhere. */
  readonly second?: tf.Tensor;
  readonly crossover: number;
  /** Fresh noise by noise index, each [batch, size, size, 1]; absent: the model's quiet noise. */
  readonly noise?: readonly tf.Tensor[];
}

/** Builds the networks with fresh weights from the config's seed. */
export function createPretrainingModel(config: Pick<PretrainingConfig, 'generator' | 'discriminator' | 'seed' | 'recompute'>): {
  readonly model: PretrainingModel;
  readonly weights: PretrainingWeights;
} {
  const { resolution, channels, noise } = config.generator;
  const normal = seededNormal(config.seed);
  const generator = flatNetwork(generatorTree(config.generator), normal);
  const discriminator = flatNetwork(discriminatorSpec(resolution, config.discriminator.channels), normal);
  return {
    model: {
      table: styleTable(resolution, channels),
      generator: generator.network,
      discriminator: discriminator.network,
      quietNoise: noise === 'none' ? 'none' : 'stored',
      recomputeFrom: config.recompute?.from,
    },
    weights: { generator: generator.flat, discriminator: discriminator.flat },
  };
}

/** W+ of a batch: `all` has one [batch, width] for each W+ index; `first` is that of the first latents. */
export function mapLatents({ table }: PretrainingModel, { mapping }: Parameters, latents: LatentInputs) {
  const first = mapLatent(mapping, latents.first);
  const second = latents.second === undefined ? first : mapLatent(mapping, latents.second);
  return { first, all: Array.from({ length: table.latentCount }, (_, index) => (index < latents.crossover ? first : second)) };
}

/** W+ -> image [batch, R, R, 3], about [-1, 1]. */
export function drawLatents(model: PretrainingModel, { affines, generator }: Parameters, request: { readonly all: readonly tf.Tensor[]; readonly noise?: readonly tf.Tensor[] | undefined }): tf.Tensor {
  const codes = affineStyles(affines, model.table, request.all);
  const noise = request.noise === undefined ? model.quietNoise : new Map(request.noise.map((image, index) => [index, image]));
  return synthesize(generator, model.table, { codes, noise, recomputeFrom: model.recomputeFrom }).image;
}

/** Latents -> faces, and the w of the first latents [batch, width]; differentiable by the flat vector. */
export function generateFaces(model: PretrainingModel, flat: tf.Tensor, latents: LatentInputs): { readonly image: tf.Tensor; readonly w: tf.Tensor } {
  const parameters = parametersOf(model.generator, flat);
  const { first, all } = mapLatents(model, parameters, latents);
  return { image: drawLatents(model, parameters, { all, noise: latents.noise }), w: first };
}

/**
 * Faces for looking at: truncated towards the mean latent, quiet noise.
 *
 * @param request latents [batch, width]; mean [width]; truncation 1: none, 0: the mean face
 */
export function generateTruncated(model: PretrainingModel, flat: tf.Tensor, request: { readonly latents: tf.Tensor; readonly mean: tf.Tensor; readonly truncation: number }): tf.Tensor {
  const parameters = parametersOf(model.generator, flat);
  const w = truncate(mapLatent(parameters.mapping, request.latents), request.mean, request.truncation);
  return drawLatents(model, parameters, { all: [w] });
}
