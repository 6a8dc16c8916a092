/**
 * M2M: latent map -> style maps of the same size, one channel for each noise input of that
 * resolution. Two convolutions 3x3; the last starts at zero (our choice).
 */
import * as tf from '@tensorflow/tfjs-core';
import { paddedConv3 } from '@mfim/nn';
import type { EncoderParameters } from './encoder-spec.ts';

const SLOPE = 0.2;

/**
 * @param map [batch, r, r, channels]
 * @returns style maps, each [batch, r, r, 1]
 */
export function mapToMap({ conv0, conv1 }: EncoderParameters['maps'][string], map: tf.Tensor): readonly tf.Tensor[] {
  const hidden = tf.leakyRelu(tf.add(paddedConv3(map, conv0.weight, 1), conv0.bias), SLOPE);
  const maps = tf.add(paddedConv3(hidden, conv1.weight, 1), conv1.bias);
  const count = maps.shape[3] as number;
  // tfjs has no gradient for a split into one.
  return count === 1 ? [maps] : tf.split(maps, count, 3);
}
