/** The facial attribute encoder: face -> style codes and style maps. */
import type * as tf from '@tensorflow/tfjs-core';
import type { StyleTable } from '@mfim/tensor-contracts';
import type { EncoderConfig } from './encoder-config.ts';
import { levelEntries } from './encoder-spec.ts';
import type { EncoderParameters } from './encoder-spec.ts';
import { latentMaps } from './latent-maps.ts';
import { mapToCode } from './map-to-code.ts';
import { mapToMap } from './map-to-map.ts';

/** What the encoder says of a face. */
export interface Encoding {
  /** In table order, each [batch, width]. */
  readonly codes: readonly tf.Tensor[];
  /** By noise index, each [batch, size, size, 1]. */
  readonly maps: ReadonlyMap<number, tf.Tensor>;
}

/** The generator that is encoded for, and the encoder's own form. */
export interface EncoderContext {
  readonly config: EncoderConfig;
  readonly table: StyleTable;
}

/** The style codes of every level. */
export function codesFrom(parameters: EncoderParameters, { config, table }: EncoderContext, maps: ReadonlyMap<number, tf.Tensor>): readonly tf.Tensor[] {
  const codes: tf.Tensor[] = [];
  for (const level of config.levels) {
    const head = parameters.codes[`r${level.resolution}`];
    const entries = levelEntries(config, table, level);
    if (head !== undefined) codes.push(...mapToCode(head, entries, maps.get(level.resolution) as tf.Tensor));
  }
  return codes;
}

/** The style maps of every configured resolution, by noise index. */
export function styleMapsFrom(parameters: EncoderParameters, { config, table }: EncoderContext, maps: ReadonlyMap<number, tf.Tensor>): ReadonlyMap<number, tf.Tensor> {
  const styleMaps = new Map<number, tf.Tensor>();
  for (const resolution of config.mapResolutions) {
    const head = parameters.maps[`r${resolution}`] as EncoderParameters['maps'][string];
    const drawn = mapToMap(head, maps.get(resolution) as tf.Tensor);
    const noises = table.noises.filter((noise) => noise.resolution === resolution);
    noises.forEach((noise, position) => styleMaps.set(noise.index, drawn[position] as tf.Tensor));
  }
  return styleMaps;
}

/**
 * @param image [batch, size, size, 3] in [-1, 1], RGB, FFHQ-aligned
 * @throws ShapeError when the image is not of the configured size
 */
export function encode(parameters: EncoderParameters, context: EncoderContext, image: tf.Tensor): Encoding {
  const maps = latentMaps(parameters, context.config, image);
  return { codes: codesFrom(parameters, context, maps), maps: styleMapsFrom(parameters, context, maps) };
}
