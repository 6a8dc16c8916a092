/**
 * M2C: latent map -> the style codes of its level. pSp's map2style, with the convolutions shared by
 * the heads of the level: 3x3 stride 2 with leaky ReLU 0.01 until 1x1 (with `normaliseCodes` a batch normalisation between), then one linear head a code.
 */
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm, equalizedLinear, paddedConv3 } from '@mfim/nn';
import type { BatchNormParameters, LinearParameters } from '@mfim/nn';
import type { StyleEntry } from '@mfim/tensor-contracts';
import type { EncoderParameters } from './encoder-spec.ts';

/** PyTorch's default, which pSp uses. */
const SLOPE = 0.01;

/**
 * @param map [batch, r, r, channels]
 * @param entries some of the style entries that the trunk has heads for
 * @returns one code [batch, width] per entry
 */
export function mapToCode(
  parameters: EncoderParameters['codes'][string],
  map: tf.Tensor,
  entries: readonly StyleEntry[],
): readonly tf.Tensor[] {
  let x = map;
  for (const step of Object.values(parameters.trunk)) {
    const convolved = tf.add(paddedConv3(x, step.weight, 2), step.bias);
    const norm = 'norm' in step ? (step.norm as BatchNormParameters) : undefined;
    x = tf.leakyRelu(norm === undefined ? convolved : batchNorm(norm, convolved), SLOPE);
  }
  const flat = tf.reshape(x, [x.shape[0] as number, x.shape[3] as number]);
  return entries.map((entry) => equalizedLinear(parameters.heads[entry.name.replace('.', '_')] as LinearParameters, flat));
}
