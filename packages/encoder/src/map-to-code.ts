/**
 * M2C: latent map -> the style codes of its level. pSp's map2style, with the convolutions shared by
 * the heads of the level: 3x3 stride 2 with leaky ReLU 0.01 until 1x1, then one linear head a code.
 */
import * as tf from '@tensorflow/tfjs-core';
import { equalizedLinear, paddedConv3, pixelNorm } from '@mfim/nn';
import type { LinearParameters } from '@mfim/nn';
import type { StyleEntry } from '@mfim/tensor-contracts';
import type { EncoderParameters } from './encoder-spec.ts';

/** PyTorch's default, which pSp uses. */
const SLOPE = 0.01;

/**
 * @param map [batch, r, r, channels]
 * @param options the style entries of the level; whether each convolution is followed by PixelNorm
 * @returns one code [batch, width] per entry
 */
export function mapToCode(
  parameters: EncoderParameters['codes'][string],
  map: tf.Tensor,
  { entries, normalise = false }: { readonly entries: readonly StyleEntry[]; readonly normalise?: boolean | undefined },
): readonly tf.Tensor[] {
  let x = map;
  for (const { weight, bias } of Object.values(parameters.trunk)) {
    x = tf.leakyRelu(tf.add(paddedConv3(x, weight, 2), bias), SLOPE);
    if (normalise) x = pixelNorm(x);
  }
  const flat = tf.reshape(x, [x.shape[0] as number, x.shape[3] as number]);
  return entries.map((entry) => equalizedLinear(parameters.heads[entry.name.replace('.', '_')] as LinearParameters, flat));
}
