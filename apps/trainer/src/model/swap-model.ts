/** The trained networks: encoder and generator in one flat vector, the discriminator in another. */
import { encodeView, encoderSpec, softenFace } from '@mfim/encoder';
import type { EncoderConfig, EncoderContext } from '@mfim/encoder';
import { equalizedLinear, linearSpec, seededNormal } from '@mfim/nn';
import { discriminatorSpec, synthesisSpec, synthesize } from '@mfim/stylegan';
import { entriesOf, sideOf, styleTable } from '@mfim/tensor-contracts';
import type { SideSplit, StyleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { flatNetwork, parametersOf } from './flat-network.ts';
import type { FlatNetwork } from './flat-network.ts';

/** Encoder and generator as one network; `probe` reads an identity embedding from the source's codes. */
export function swapSpec(config: Pick<TrainingConfig, 'encoder' | 'generator' | 'split' | 'identityWidth'>) {
  const table = styleTable(config.generator.resolution, config.generator.channels);
  const input = entriesOf(table, 'source', config.split).reduce((sum, entry) => sum + entry.width, 0);
  return {
    encoder: encoderSpec(config.encoder as EncoderConfig, table),
    generator: synthesisSpec(table),
    probe: linearSpec({ input, output: config.identityWidth }),
  };
}

type SwapTree = ReturnType<typeof swapSpec>;
type DiscriminatorTree = ReturnType<typeof discriminatorSpec>;

const UNIT_EPSILON = 1e-8;

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

/** What one pass through encoder and generator gives. */
export interface SwapResult {
  /** [batch, R, R, 3] */
  readonly image: tf.Tensor;
  /** What the probe reads from the source's codes: unit vectors [batch, identityWidth]. */
  readonly probe: tf.Tensor;
}

function unitRows(rows: tf.Tensor): tf.Tensor {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), UNIT_EPSILON)));
}

/**
 * Puts the source's identity onto the target, differentiably.
 *
 * @param flat the swapper's flat vector
 * @param images source and target, each [batch, R, R, 3] in [-1, 1]
 */
export function swapFaces(
  model: SwapModel,
  flat: tf.Tensor,
  images: { readonly source: tf.Tensor; readonly target: tf.Tensor },
): SwapResult {
  const { encoder, generator, probe } = parametersOf(model.swapper, flat);
  const { table, config } = model.context;
  const target = config.softening === undefined ? images.target : softenFace(images.target, config.softening);
  const both = toEncoderSize(tf.concat([target, images.source]), config.inputResolution);
  const { codes, maps } = encodeView(encoder, model.context, both);
  const fromTarget = codes.map((code) => halves(code)[0]);
  const fromSource = codes.map((code) => halves(code)[1]);
  const isSource = table.entries.map((entry) => sideOf(entry, model.split) === 'source');
  const mixed = codes.map((_, index) => (isSource[index] === true ? fromSource[index] : fromTarget[index]) as tf.Tensor);
  const targetMaps = new Map([...maps].map(([index, map]) => [index, halves(map)[0]]));
  const identityCodes = tf.concat(fromSource.filter((_, index) => isSource[index]), 1);
  return {
    image: synthesize(generator, table, { codes: mixed, maps: targetMaps, noise: 'none' }).image,
    probe: unitRows(equalizedLinear(probe, identityCodes)),
  };
}
