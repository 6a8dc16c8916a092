/**
 * The mapping network: z -> w. PixelNorm, eight linear layers with learning rate multiplier 0.01 and
 * leaky ReLU, then truncation towards the mean: `mean + psi * (w - mean)`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { biasActivation, equalizedLinear, pixelNorm } from '@mfim/nn';
import type { LinearParameters } from '@mfim/nn';
import { MAPPING_LAYERS, MAPPING_LR } from './generator-spec.ts';
import type { MappingParameters } from './generator-spec.ts';

/**
 * @param z [batch, latent], N(0, 1)
 * @returns w [batch, latent]
 */
export function mapLatent(parameters: MappingParameters, z: tf.Tensor): tf.Tensor {
  bindAxes('mapLatent', { z, mean: parameters.mean }, { z: 'batch latent', mean: 'latent' });
  let w = pixelNorm(z);
  for (let index = 0; index < MAPPING_LAYERS; index += 1) {
    const layer = parameters.layers[`fc${index}`] as LinearParameters;
    w = biasActivation(equalizedLinear(layer, w, MAPPING_LR));
  }
  return w;
}

/**
 * Truncation: psi = 1 changes nothing, psi = 0 gives the mean face.
 *
 * @param w [batch, latent]
 * @param mean [latent], the running average of w
 */
export function truncate(w: tf.Tensor, mean: tf.Tensor, psi: number): tf.Tensor {
  bindAxes('truncate', { w, mean }, { w: 'batch latent', mean: 'latent' });
  return tf.add(mean, tf.mul(tf.sub(w, mean), psi));
}
