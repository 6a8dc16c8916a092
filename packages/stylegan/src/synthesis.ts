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
import { ShapeError, bindAxes, resolutionsUpTo } from '@mfim/tensor-contracts';
import type { StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import { ACTIVATION_GAIN, biasActivation, modulatedConv2d, recomputed, upsample2d } from '@mfim/nn';
import type { ModulatedOptions } from '@mfim/nn';
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
  /** Training: resolutions from this one on are drawn again in the backward pass instead of remembered (`recomputed` of @mfim/nn). */
  readonly recomputeFrom?: number | undefined;
  /** Inference, one image: resolutions from this one on scale weights instead of activations (`scale` of `modulatedConv2d`). */
  readonly scaleWeightsFrom?: number | undefined;
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

type ConvParameters = SynthesisParameters['convs'][string];
type RgbParameters = SynthesisParameters['rgbs'][string];
type ByLayer<Item> = Readonly<Record<string, Item>>;

/** What one resolution reads, by layer key. */
interface BlockInputs {
  /** The resolution below: its features and image; the constant alone at the bottom. */
  readonly below: { readonly features: tf.Tensor; readonly rgb?: tf.Tensor };
  readonly codes: ByLayer<tf.Tensor>;
  readonly noises: ByLayer<tf.Tensor>;
  readonly maps: ByLayer<tf.Tensor>;
}

/** Where a resolution applies the style. */
type Scale = NonNullable<ModulatedOptions['scale']>;

interface BlockParameters {
  readonly convs: ByLayer<ConvParameters>;
  readonly rgbs: ByLayer<RgbParameters>;
}

function convLayer(layer: ConvParameters, { entry, scale }: { readonly entry: StyleEntry; readonly scale: Scale }, { below, codes, noises, maps }: BlockInputs): tf.Tensor {
  const key = layerKey(entry);
  const inputs = { x: below.features, weight: layer.weight, style: codes[key] as tf.Tensor };
  // The activation's gain goes into all that is smaller than the result.
  const gain = ACTIVATION_GAIN;
  let result = modulatedConv2d(inputs, { demodulate: true, up: entry.layer === 'conv0', scale, gain });
  const [noise, map] = [noises[key], maps[key]];
  if (noise !== undefined) result = tf.add(result, tf.mul(noise, tf.mul(layer.noiseStrength, gain)));
  if (map !== undefined) {
    bindAxes('synthesize', { map, result }, { map: 'batch size size 1', result: 'batch size size channels' });
    result = tf.add(result, tf.mul(map, gain));
  }
  return biasActivation(result, layer.bias, gain);
}

function toRgb({ weight, bias }: RgbParameters, inputs: { readonly x: tf.Tensor; readonly style: tf.Tensor }, scale: Scale): tf.Tensor {
  return tf.add(modulatedConv2d({ ...inputs, weight }, { demodulate: false, up: false, scale }), bias);
}

/** The layers of one resolution. */
function block(entries: readonly StyleEntry[], scale: Scale) {
  return (parameters: BlockParameters, inputs: BlockInputs): { readonly features: tf.Tensor; readonly rgb: tf.Tensor } => {
    let { features, rgb } = inputs.below;
    for (const entry of entries) {
      const key = layerKey(entry);
      const [x, below] = [features, rgb];
      // In scopes of their own: what a layer makes on the way is freed when it is done.
      if (entry.layer === 'torgb') {
        rgb = tf.tidy(() => {
          const image = toRgb(parameters.rgbs[key] as RgbParameters, { x, style: inputs.codes[key] as tf.Tensor }, scale);
          return below === undefined ? image : tf.add(upsample2d(below), image);
        });
      } else features = tf.tidy(() => convLayer(parameters.convs[key] as ConvParameters, { entry, scale }, { ...inputs, below: { features: x } }));
    }
    return { features, rgb: rgb as tf.Tensor };
  };
}

/** The items of some layers, by layer key, without those that are absent. */
function byLayer<Item>(entries: readonly StyleEntry[], itemOf: (entry: StyleEntry) => Item | undefined): ByLayer<Item> {
  return Object.fromEntries(entries.flatMap((entry) => {
    const item = itemOf(entry);
    return item === undefined ? [] : [[layerKey(entry), item]];
  }));
}

function noiseFor({ convs }: SynthesisParameters, entry: StyleEntry, noise: SynthesisInputs['noise'] = 'stored'): tf.Tensor | undefined {
  if (noise === 'none' || entry.noiseIndex === null) return undefined;
  return noise === 'stored' ? tf.expandDims((convs[layerKey(entry)] as ConvParameters).noise, 2) : noise.get(entry.noiseIndex);
}

/** Draws one resolution. */
function drawBlock(parameters: SynthesisParameters, entries: readonly StyleEntry[], { below, inputs }: { readonly below: BlockInputs['below']; readonly inputs: SynthesisInputs }) {
  const { recomputeFrom = Number.POSITIVE_INFINITY, scaleWeightsFrom = Number.POSITIVE_INFINITY } = inputs;
  const { resolution } = entries[0] as StyleEntry;
  const drawn = block(entries, resolution >= scaleWeightsFrom ? 'weights' : 'activations');
  const draw = resolution >= recomputeFrom ? recomputed(drawn) : drawn;
  return draw(
    { convs: byLayer(entries, (entry) => parameters.convs[layerKey(entry)]), rgbs: byLayer(entries, (entry) => parameters.rgbs[layerKey(entry)]) },
    {
      below,
      codes: byLayer(entries, ({ index }) => inputs.codes[index]),
      noises: byLayer(entries, (entry) => noiseFor(parameters, entry, inputs.noise)),
      maps: byLayer(entries, ({ noiseIndex }) => inputs.maps?.get(noiseIndex as number)),
    },
  );
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
  const images = new Map<number, tf.Tensor>();
  const resolutions = resolutionsUpTo(table.resolution).filter((size) => size > (stage.from?.resolution ?? 0) && size <= stage.upTo);
  for (const resolution of resolutions) {
    const entries = table.entries.filter((entry) => entry.resolution === resolution);
    const below = rgb === undefined ? { features } : { features, rgb };
    ({ features, rgb } = drawBlock(parameters, entries, { below, inputs }));
    images.set(resolution, rgb);
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
