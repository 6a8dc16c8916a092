/**
 * The parameters of StyleGAN2 config F (model facts, section 3), for any resolution and width.
 * Names are NVIDIA's; layouts are tfjs's: linear weights [in, out], kernels [k, k, in, out].
 */
import type { StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import { bufferOf, constantSpec, convWeightSpec, linearSpec, normalSpec } from '@mfim/nn';
import type { ParametersOf } from '@mfim/nn';

/** Width of z and w. */
export const LATENT_WIDTH = 512;
/** Layers of the mapping network in config F. */
export const MAPPING_LAYERS = 8;
/** Learning-rate multiplier of the mapping network. */
export const MAPPING_LR = 0.01;

type Linear = ReturnType<typeof linearSpec>;

/** A convolution with its noise and bias. */
function convLayerSpec(entry: StyleEntry) {
  return {
    weight: convWeightSpec({ input: entry.width, output: entry.outputChannels, kernel: 3 }),
    bias: constantSpec([entry.outputChannels], 0),
    noiseStrength: constantSpec([], 0),
    noise: bufferOf(normalSpec([entry.resolution, entry.resolution])),
  };
}

function rgbLayerSpec(entry: StyleEntry) {
  return {
    weight: convWeightSpec({ input: entry.width, output: entry.outputChannels, kernel: 1 }),
    bias: constantSpec([entry.outputChannels], 0),
  };
}

/** Specification of the synthesis network, which starts from style codes. */
export function synthesisSpec(table: StyleTable) {
  const convs: Record<string, ReturnType<typeof convLayerSpec>> = {};
  const rgbs: Record<string, ReturnType<typeof rgbLayerSpec>> = {};
  for (const entry of table.entries) {
    if (entry.layer === 'torgb') rgbs[layerKey(entry)] = rgbLayerSpec(entry);
    else convs[layerKey(entry)] = convLayerSpec(entry);
  }
  const first = table.entries[0] as StyleEntry;
  return { constant: normalSpec([4, 4, first.width]), convs, rgbs };
}

/** Specification of the affine layers w -> style codes, one for each entry. */
export function affinesSpec(table: StyleTable, latentWidth = LATENT_WIDTH) {
  const affines: Record<string, Linear> = {};
  for (const entry of table.entries) {
    affines[layerKey(entry)] = linearSpec({ input: latentWidth, output: entry.width, biasStart: 1 });
  }
  return affines;
}

/** `b32_conv0`: an entry's name without the dot that separates nested records. */
export function layerKey(entry: Pick<StyleEntry, 'name'>): string {
  return entry.name.replace('.', '_');
}

/** Specification of the mapping network; `mean` is the running average of w. */
export function mappingSpec(latentWidth = LATENT_WIDTH, layerCount = MAPPING_LAYERS) {
  const layers: Record<string, Linear> = {};
  for (let index = 0; index < layerCount; index += 1) {
    layers[`fc${index}`] = linearSpec({ input: latentWidth, output: latentWidth, lrMultiplier: MAPPING_LR });
  }
  return { layers, mean: bufferOf(constantSpec([latentWidth], 0)) };
}

/** Specification of the whole generator: 30,370,060 trainable numbers at 1024, config F. */
export function generatorSpec(table: StyleTable, latentWidth = LATENT_WIDTH, mappingLayers = MAPPING_LAYERS) {
  return { mapping: mappingSpec(latentWidth, mappingLayers), affines: affinesSpec(table, latentWidth), synthesis: synthesisSpec(table) };
}

/** Tensors of the synthesis network. */
export type SynthesisParameters = ParametersOf<ReturnType<typeof synthesisSpec>>;
/** Tensors of the affine layers. */
export type AffineParameters = ParametersOf<ReturnType<typeof affinesSpec>>;
/** Tensors of the mapping network. */
export type MappingParameters = ParametersOf<ReturnType<typeof mappingSpec>>;
/** Tensors of the whole generator. */
export type GeneratorParameters = ParametersOf<ReturnType<typeof generatorSpec>>;
