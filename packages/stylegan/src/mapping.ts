/**
 * The mapping network: z -> w. PixelNorm, linear layers (eight in config F) with learning rate multiplier 0.01 and
 * leaky ReLU, then truncation towards the mean: `mean + psi * (w - mean)`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { biasActivation, equalizedLinear, pixelNorm } from '@mfim/nn';
import { MAPPING_LR } from './generator-spec.ts';
import type { MappingParameters } from './generator-spec.ts';

/**
 * @param z [batch, latent], N(0, 1)
 * @returns w [batch, latent]
 */
export function mapLatent(parameters: MappingParameters, z: tf.Tensor): tf.Tensor {
  bindAxes('mapLatent', { z, mean: parameters.mean }, { z: 'batch latent', mean: 'latent' });
  let w = pixelNorm(z);
  // A specification lists them in order: fc0, fc1, ...
  for (const layer of Object.values(parameters.layers)) w = biasActivation(equalizedLinear(layer, w, MAPPING_LR));
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
