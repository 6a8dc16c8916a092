/** The facial attribute encoder: face -> style codes and style maps. */
import * as tf from '@tensorflow/tfjs-core';
import type { StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import { codeTrunks } from './code-trunks.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { EncoderParameters } from './encoder-spec.ts';
import { latentMaps } from './latent-maps.ts';
import { mapToCode } from './map-to-code.ts';
import { mapToMap } from './map-to-map.ts';
import { softenFace } from './soften-face.ts';

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

/**
 * Style codes by their index in the table, in its order.
 *
 * @param isWanted trunks without a wanted entry are not computed; default: all
 */
export function codesFrom(
  parameters: EncoderParameters,
  { config, table }: EncoderContext,
  { maps, isWanted = () => true }: { readonly maps: ReadonlyMap<number, tf.Tensor>; readonly isWanted?: (entry: StyleEntry) => boolean },
): ReadonlyMap<number, tf.Tensor> {
  const codes = new Map<number, tf.Tensor>();
  for (const { key, level, entries } of codeTrunks(config, table)) {
    const wanted = entries.filter((entry) => isWanted(entry));
    if (wanted.length === 0) continue;
    const drawn = mapToCode(parameters.codes[key] as EncoderParameters['codes'][string], maps.get(level.resolution) as tf.Tensor, wanted);
    wanted.forEach(({ index }, position) => {
      const [code, before] = [drawn[position] as tf.Tensor, codes.get(index)];
      codes.set(index, before === undefined ? code : tf.add(before, code));
    });
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
 * One pass over an image as it is: all codes and all maps of that very image.
 *
 * @param image [batch, size, size, 3] in [-1, 1], RGB, FFHQ-aligned, softened or not
 * @throws ShapeError when the image is not of the configured size
 */
export function encodeView(parameters: EncoderParameters, context: EncoderContext, image: tf.Tensor): Encoding {
  const maps = latentMaps(parameters, context.config, image);
  return { codes: [...codesFrom(parameters, context, { maps }).values()], maps: styleMapsFrom(parameters, context, maps) };
}

/**
 * What a face says of its attributes and of its identity. With softening these are two passes: style
 * maps and the codes up to `softening.codesUpTo` from the softened face, the other codes from the face
 * itself. Without, one pass.
 *
 * @param image [batch, size, size, 3] in [-1, 1], RGB, FFHQ-aligned
 * @throws ShapeError when the image is not of the configured size
 */
export function encode(parameters: EncoderParameters, context: EncoderContext, image: tf.Tensor): Encoding {
  const { softening } = context.config;
  const whole = encodeView(parameters, context, image);
  if (softening === undefined) return whole;
  const soft = encodeView(parameters, context, softenFace(image, softening));
  const codes = context.table.entries.map(({ index, resolution }) => {
    const view = resolution <= softening.codesUpTo ? soft : whole;
    return view.codes[index] as tf.Tensor;
  });
  return { codes, maps: soft.maps };
}
