/**
 * LPIPS version 0.1 with SqueezeNet, AlexNet or VGG-16 (Zhang et al. 2018, "The Unreasonable Effectiveness of Deep
 * Features as a Perceptual Metric"): at each tap both feature maps are normalised per pixel, x / (|x| + 1e-10); their squared
 * difference is weighted per channel, averaged over the pixels, and summed over the taps.
 *
 * Departure: 1e-20 is added under the root, so that the gradient stays finite where all features
 * are zero.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { lpipsTaps } from './lpips-trunk.ts';
import type { LpipsTrunk } from './lpips-trunk.ts';

/** Trunk and heads. */
export type LpipsParameters = {
  readonly trunk: LpipsTrunk;
  /** `tap0` .. `tap4`, of SqueezeNet `tap6`: weights 0 or more, each [channels, 1]. */
  readonly heads: { readonly [name: string]: tf.Tensor2D };
};

const EPSILON = 1e-10;

function unitChannels(x: tf.Tensor4D): tf.Tensor4D {
  const norm = tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), EPSILON * EPSILON));
  return tf.mul(x, tf.div(1, tf.add(norm, EPSILON)));
}

function tapDistance(head: tf.Tensor2D, first: tf.Tensor4D, second: tf.Tensor4D): tf.Tensor1D {
  const difference = tf.squaredDifference(unitChannels(first), unitChannels(second));
  return tf.squeeze(tf.matMul(tf.mean<tf.Tensor2D>(difference, [1, 2]), head), [1]);
}

/**
 * Perceptual distance of image pairs; differentiable in both.
 *
 * @param first [batch, height, width, 3], RGB in [-1, 1]
 * @param second the same shape
 * @returns [batch], 0 for equal images
 * @throws ShapeError when the shapes differ.
 */
export function lpips(parameters: LpipsParameters, first: tf.Tensor, second: tf.Tensor): tf.Tensor1D {
  bindAxes('lpips', { first, second }, { first: 'batch height width 3', second: 'batch height width 3' });
  // Two passes, not one of twice the batch: no gradient is taken through an image that is constant.
  const secondTaps = lpipsTaps(parameters.trunk, second);
  const distances = lpipsTaps(parameters.trunk, first).map((tap, index) =>
    tapDistance(parameters.heads[`tap${index}`] as tf.Tensor2D, tap, secondTaps[index] as tf.Tensor4D),
  );
  return tf.addN(distances);
}
