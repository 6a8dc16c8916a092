/** The trained networks: encoder and generator in one flat vector, the discriminator in another. */
import { toFloat32 } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { codesFrom, encoderSpec, latentMaps, softenFace, styleMapsFrom } from '@mfim/encoder';
import type { EncoderConfig, EncoderContext, EncoderParameters } from '@mfim/encoder';
import { equalizedLinear, linearSpec, seededNormal } from '@mfim/nn';
import type { LinearParameters, NormalSource } from '@mfim/nn';
import { discriminatorSpec, synthesisSpec, synthesize } from '@mfim/stylegan';
import { entriesOf, sideOf, styleTable } from '@mfim/tensor-contracts';
import type { SideSplit, StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { checkTensors } from './flat-from-tensors.ts';
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
  /** Blocks that read or draw this resolution or more are recomputed in backward passes. */
  readonly recomputeFrom: number | undefined;
}

/** The flat vectors. */
export interface ModelWeights {
  readonly swapper: tf.Tensor;
  readonly discriminator: tf.Tensor;
}

/** Builds the networks with fresh weights; `normal` draws them, by default from the config's seed. */
export function createModel(config: TrainingConfig, normal: NormalSource = seededNormal(config.seed)): { readonly model: SwapModel; readonly weights: ModelWeights } {
  const table: StyleTable = styleTable(config.generator.resolution, config.generator.channels);
  const recomputeFrom = config.recompute?.from;
  const swapper = flatNetwork(swapSpec(config), normal);
  const discriminator = flatNetwork(discriminatorSpec(table.resolution, config.discriminator.channels), normal);
  return {
    model: {
      context: { config: { ...(config.encoder as EncoderConfig), recomputeFrom }, table },
      recomputeFrom,
      split: config.split,
      swapper: swapper.network,
      discriminator: discriminator.network,
    },
    weights: { swapper: swapper.flat, discriminator: discriminator.flat },
  };
}

/**
 * The model with saved buffers (batch statistics, stored noise); its own are disposed.
 *
 * @param tensors of a checkpoint, by `buffer.` and the buffer's name
 * @throws InputError when one is missing or of another shape
 */
export function restoreBuffers(model: SwapModel, tensors: ReadonlyMap<string, RawTensor>): SwapModel {
  const own = [...model.swapper.buffers];
  const layout = { names: own.map(([name]) => name), shapes: own.map(([, tensor]) => tensor.shape) };
  checkTensors(layout, { tensors, prefix: 'buffer.', origin: 'checkpoint' });
  const buffers = new Map(own.map(([name, fresh]) => [name, tf.tensor(toFloat32(tensors.get(`buffer.${name}`) as RawTensor), fresh.shape)]));
  for (const [, fresh] of own) fresh.dispose();
  return { ...model, swapper: { ...model.swapper, buffers } };
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
  /** The source's codes that were used, [batch, numbers]. */
  readonly identityCodes: tf.Tensor;
  /** What the probe reads from the source's codes: unit vectors [batch, identityWidth]. */
  readonly probe: tf.Tensor;
}

function unitRows(rows: tf.Tensor): tf.Tensor {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), UNIT_EPSILON)));
}

/** Latent maps of targets and sources, in one pass. */
function latentPair(parameters: EncoderParameters, config: EncoderConfig, images: { readonly source: tf.Tensor; readonly target: tf.Tensor }) {
  const target = config.softening === undefined ? images.target : softenFace(images.target, config.softening);
  const both = latentMaps(parameters, config, toEncoderSize(tf.concat([target, images.source]), config.inputResolution));
  const side = (half: 0 | 1): ReadonlyMap<number, tf.Tensor> => new Map([...both].map(([resolution, map]) => [resolution, halves(map)[half]]));
  return { target: side(0), source: side(1) };
}

/** The codes of the source's side in table order, as one vector [batch, numbers] a face. */
function identityCodesOf({ context, split }: SwapModel, codes: ReadonlyMap<number, tf.Tensor>): tf.Tensor {
  return tf.concat(entriesOf(context.table, 'source', split).map(({ index }) => codes.get(index) as tf.Tensor), 1);
}

function readProbe(probe: LinearParameters, identityCodes: tf.Tensor): tf.Tensor {
  return unitRows(equalizedLinear(probe, identityCodes));
}

/**
 * What the probe reads from faces as sources: unit vectors [batch, identityWidth].
 *
 * @param faces [batch, R, R, 3] in [-1, 1]
 */
export function probeFaces(model: SwapModel, flat: tf.Tensor, faces: tf.Tensor): tf.Tensor {
  const { encoder, probe } = parametersOf(model.swapper, flat);
  const { config } = model.context;
  const maps = latentMaps(encoder, config, toEncoderSize(faces, config.inputResolution));
  const isWanted = (entry: StyleEntry): boolean => sideOf(entry, model.split) === 'source';
  return readProbe(probe, identityCodesOf(model, codesFrom(encoder, model.context, { maps, isWanted })));
}

/** What the encoder says of pairs of faces, composed by the split. */
export interface EncodedPair {
  /** In table order, [batch, width] each. */
  readonly codes: readonly tf.Tensor[];
  /** The target's, by noise index. */
  readonly maps: ReadonlyMap<number, tf.Tensor>;
  /** The source's codes that were used, [batch, numbers]. */
  readonly identityCodes: tf.Tensor;
}

/** The encoder's part of a swap. */
export function encodePair(model: SwapModel, encoder: EncoderParameters, images: { readonly source: tf.Tensor; readonly target: tf.Tensor }): EncodedPair {
  const { table, config } = model.context;
  const latents = latentPair(encoder, config, images);
  const isSource = (entry: StyleEntry): boolean => sideOf(entry, model.split) === 'source';
  const fromSource = codesFrom(encoder, model.context, { maps: latents.source, isWanted: isSource });
  const fromTarget = codesFrom(encoder, model.context, { maps: latents.target, isWanted: (entry) => !isSource(entry) });
  return {
    codes: table.entries.map((entry) => (isSource(entry) ? fromSource : fromTarget).get(entry.index) as tf.Tensor),
    maps: styleMapsFrom(encoder, model.context, latents.target),
    identityCodes: identityCodesOf(model, fromSource),
  };
}

/**
 * Puts the source's identity onto the target, differentiably.
 *
 * @param flat the swapper's flat vector
 * @param images source and target, each [batch, R, R, 3] in [-1, 1]
 */
export function swapFaces(model: SwapModel, flat: tf.Tensor, images: { readonly source: tf.Tensor; readonly target: tf.Tensor }): SwapResult {
  const { encoder, generator, probe } = parametersOf(model.swapper, flat);
  const { codes, maps, identityCodes } = encodePair(model, encoder, images);
  return {
    image: synthesize(generator, model.context.table, { codes, maps, noise: 'none', recomputeFrom: model.recomputeFrom }).image,
    identityCodes,
    probe: readProbe(probe, identityCodes),
  };
}
