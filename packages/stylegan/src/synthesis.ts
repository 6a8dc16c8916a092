/**
 * StyleGAN2 synthesis in S space, skip architecture. A layer: modulated convolution -> + noise ->
 * + style map -> bias -> leaky ReLU * sqrt(2). The image is the sum of toRGB images, each upsampled.
 *
 * Departure from StyleGAN2: a style map is added with strength 1 beside the stored noise, which
 * keeps its learned strength; strengths start at 0 and would block the maps' gradient (our choice).
 *
 * Works in stages: a stage draws from one resolution up to another, from the features and the RGB
 * image of the stage before.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, bindAxes } from '@mfim/tensor-contracts';
import type { StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import { biasActivation, modulatedConv2d, upsample2d } from '@mfim/nn';
import { layerKey } from './generator-spec.ts';
import type { SynthesisParameters } from './generator-spec.ts';

/** Inputs of the synthesis network. */
export interface SynthesisInputs {
  /** Style codes in table order, each [batch, width]. */
  readonly codes: readonly tf.Tensor[];
  /** Style maps by noise index, each [batch, size, size, 1]. */
  readonly maps?: ReadonlyMap<number, tf.Tensor>;
  /** `stored` (the default): the constant noise of the checkpoint; `none`; or fresh noise by index. */
  readonly noise?: 'stored' | 'none' | ReadonlyMap<number, tf.Tensor>;
}

/** Where a stage stopped. */
export interface SynthesisState {
  readonly resolution: number;
  /** [batch, resolution, resolution, channels] */
  readonly features: tf.Tensor;
  /** The image so far, [batch, resolution, resolution, 3], about [-1, 1]. */
  readonly rgb: tf.Tensor;
}

/** One stage: continue from `from` (absent: from the constant) until `upTo`. */
export interface SynthesisStage {
  readonly from?: SynthesisState;
  readonly upTo: number;
}

function noiseFor(layer: SynthesisParameters['convs'][string], entry: StyleEntry, inputs: SynthesisInputs): tf.Tensor | undefined {
  const { noise = 'stored' } = inputs;
  if (noise === 'none') return undefined;
  const image = noise === 'stored' ? tf.expandDims(layer.noise, 2) : noise.get(entry.noiseIndex as number);
  return image === undefined ? undefined : tf.mul(image, layer.noiseStrength);
}

/** One layer at work: its entry and what flows into it. */
interface LayerInput {
  readonly entry: StyleEntry;
  readonly x: tf.Tensor;
  readonly inputs: SynthesisInputs;
}

function convLayer(parameters: SynthesisParameters, { entry, x, inputs }: LayerInput): tf.Tensor {
  const layer = parameters.convs[layerKey(entry)] as SynthesisParameters['convs'][string];
  const style = inputs.codes[entry.index] as tf.Tensor;
  let result = modulatedConv2d({ x, weight: layer.weight, style }, { demodulate: true, up: entry.layer === 'conv0' });
  const noise = noiseFor(layer, entry, inputs);
  if (noise !== undefined) result = tf.add(result, noise);
  const map = inputs.maps?.get(entry.noiseIndex as number);
  if (map !== undefined) {
    bindAxes('synthesize', { map, result }, { map: 'batch size size 1', result: 'batch size size channels' });
    result = tf.add(result, map);
  }
  return biasActivation(result, layer.bias);
}

function toRgb(parameters: SynthesisParameters, { entry, x, inputs }: LayerInput): tf.Tensor {
  const layer = parameters.rgbs[layerKey(entry)] as SynthesisParameters['rgbs'][string];
  const style = inputs.codes[entry.index] as tf.Tensor;
  const image = modulatedConv2d({ x, weight: layer.weight, style }, { demodulate: false, up: false });
  return tf.add(image, layer.bias);
}

function startFeatures(parameters: SynthesisParameters, codes: readonly tf.Tensor[]): tf.Tensor {
  // [batch, 1, 1, 1] zeros made of the codes themselves, so that a traced batch may stay symbolic.
  const batchOfZeros = tf.mul(tf.sum(codes[0] as tf.Tensor, 1, true), 0);
  return tf.add(tf.expandDims(parameters.constant, 0), tf.expandDims(tf.expandDims(batchOfZeros, 1), 1));
}

function checkCodes(table: StyleTable, codes: readonly tf.Tensor[]): void {
  if (codes.length !== table.entries.length) {
    throw new ShapeError({
      where: 'synthesize',
      expected: `${table.entries.length} style codes for ${table.resolution} pixels`,
      got: String(codes.length),
      remedy: 'pass one code for each entry of the style table',
    });
  }
  for (const entry of table.entries) {
    bindAxes(`synthesize ${entry.name}`, { code: codes[entry.index] as tf.Tensor }, { code: `batch ${entry.width}` });
  }
}

/**
 * Draws one stage.
 *
 * @returns the state at `stage.upTo`, and the RGB image of every resolution drawn on the way
 * @throws ShapeError when codes or maps do not fit the table
 */
export function synthesizeStage(
  parameters: SynthesisParameters,
  table: StyleTable,
  { inputs, stage }: { readonly inputs: SynthesisInputs; readonly stage: SynthesisStage },
): SynthesisState & { readonly images: ReadonlyMap<number, tf.Tensor> } {
  checkCodes(table, inputs.codes);
  let features = stage.from?.features ?? startFeatures(parameters, inputs.codes);
  let rgb = stage.from?.rgb;
  const below = stage.from?.resolution ?? 0;
  const images = new Map<number, tf.Tensor>();
  for (const entry of table.entries) {
    if (entry.resolution <= below || entry.resolution > stage.upTo) continue;
    if (entry.layer !== 'torgb') {
      features = convLayer(parameters, { entry, x: features, inputs });
      continue;
    }
    const image = toRgb(parameters, { entry, x: features, inputs });
    rgb = rgb === undefined ? image : tf.add(upsample2d(rgb), image);
    images.set(entry.resolution, rgb);
  }
  return { resolution: stage.upTo, features, rgb: rgb as tf.Tensor, images };
}

/**
 * Draws the whole image.
 *
 * @returns `image` [batch, R, R, 3], about [-1, 1], and the skip image of every resolution
 */
export function synthesize(
  parameters: SynthesisParameters,
  table: StyleTable,
  inputs: SynthesisInputs,
): { readonly image: tf.Tensor; readonly images: ReadonlyMap<number, tf.Tensor> } {
  const { rgb, images } = synthesizeStage(parameters, table, { inputs, stage: { upTo: table.resolution } });
  return { image: rgb, images };
}
