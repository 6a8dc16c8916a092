/** The trained networks: encoder and generator in one flat vector, the discriminator in another. */
import { encode, encoderSpec } from '@mfim/encoder';
import type { EncoderConfig, EncoderContext } from '@mfim/encoder';
import { seededNormal } from '@mfim/nn';
import { discriminatorSpec, synthesisSpec, synthesize } from '@mfim/stylegan';
import { sideOf, styleTable } from '@mfim/tensor-contracts';
import type { SideSplit, StyleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { flatNetwork, parametersOf } from './flat-network.ts';
import type { FlatNetwork } from './flat-network.ts';

/** Encoder and generator as one network. */
export function swapSpec(config: Pick<TrainingConfig, 'encoder' | 'generator'>) {
  const table = styleTable(config.generator.resolution, config.generator.channels);
  return { encoder: encoderSpec(config.encoder as EncoderConfig, table), generator: synthesisSpec(table) };
}

type SwapTree = ReturnType<typeof swapSpec>;
type DiscriminatorTree = ReturnType<typeof discriminatorSpec>;

/** Forms of the networks; the numbers live in flat vectors. */
export interface SwapModel {
  readonly context: EncoderContext;
  readonly split: SideSplit;
  readonly swapper: FlatNetwork<SwapTree>;
  readonly discriminator: FlatNetwork<DiscriminatorTree>;
}

/** The flat vectors. */
export interface ModelWeights {
  readonly swapper: tf.Tensor;
  readonly discriminator: tf.Tensor;
}

/** Builds the networks with fresh weights. */
export function createModel(config: TrainingConfig): { readonly model: SwapModel; readonly weights: ModelWeights } {
  const table: StyleTable = styleTable(config.generator.resolution, config.generator.channels);
  const normal = seededNormal(config.seed);
  const swapper = flatNetwork(swapSpec(config), normal);
  const discriminator = flatNetwork(discriminatorSpec(table.resolution, config.discriminator.channels), normal);
  return {
    model: {
      context: { config: config.encoder as EncoderConfig, table },
      split: config.split,
      swapper: swapper.network,
      discriminator: discriminator.network,
    },
    weights: { swapper: swapper.flat, discriminator: discriminator.flat },
  };
}

/** `[a, b]` -> a and b, each with half of the batch. */
function halves(tensor: tf.Tensor): readonly [tf.Tensor, tf.Tensor] {
  return tf.split(tensor, 2, 0) as [tf.Tensor, tf.Tensor];
}

/** Encoder input from an aligned face of the generator's size. */
function toEncoderSize(image: tf.Tensor, size: number): tf.Tensor {
  return image.shape[1] === size ? image : tf.image.resizeBilinear(image as tf.Tensor4D, [size, size], false, true);
}

/**
 * Puts the source's identity onto the target, differentiably.
 *
 * @param flat the swapper's flat vector
 * @param images source and target, each [batch, R, R, 3] in [-1, 1]
 * @returns [batch, R, R, 3]
 */
export function swapFaces(
  model: SwapModel,
  flat: tf.Tensor,
  images: { readonly source: tf.Tensor; readonly target: tf.Tensor },
): tf.Tensor {
  const { encoder, generator } = parametersOf(model.swapper, flat);
  const { table, config } = model.context;
  const both = toEncoderSize(tf.concat([images.target, images.source]), config.inputResolution);
  const { codes, maps } = encode(encoder, model.context, both);
  const mixed = table.entries.map((entry) => {
    const [target, source] = halves(codes[entry.index] as tf.Tensor);
    return sideOf(entry, model.split) === 'target' ? target : source;
  });
  const targetMaps = new Map([...maps].map(([index, map]) => [index, halves(map)[0]]));
  return synthesize(generator, table, { codes: mixed, maps: targetMaps, noise: 'none' }).image;
}
