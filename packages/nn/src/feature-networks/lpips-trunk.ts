/** The networks whose features LPIPS compares, behind one function: SqueezeNet 1.1, AlexNet, VGG-16. */
import * as tf from '@tensorflow/tfjs-core';
import { ALEX_NET, VGG_16, plainTrunkTaps } from './plain-trunk.ts';
import type { PlainLayer, PlainTrunkParameters } from './plain-trunk.ts';
import { squeezeNetTaps } from './squeeze-net.ts';
import type { SqueezeNetParameters } from './squeeze-net.ts';

/** LPIPS normalises [-1, 1] images by (x - shift) / scale. */
export const LPIPS_SHIFT = [-0.03, -0.088, -0.188] as const;
export const LPIPS_SCALE = [0.458, 0.448, 0.45] as const;

/** The trunks that LPIPS has heads for. */
export type LpipsTrunkName = 'alex' | 'vgg' | 'squeeze';

/** One trunk's tensors; which trunk it is, its layers tell. */
export type LpipsTrunk = SqueezeNetParameters | { readonly alex: PlainTrunkParameters } | { readonly vgg: PlainTrunkParameters };

function plainTaps(layers: readonly PlainLayer[], parameters: PlainTrunkParameters, image: tf.Tensor): readonly tf.Tensor4D[] {
  return plainTrunkTaps(layers, parameters, tf.div(tf.sub(image, tf.tensor1d([...LPIPS_SHIFT])), tf.tensor1d([...LPIPS_SCALE])));
}

/**
 * Feature maps of an image; differentiable with respect to the image.
 *
 * @param image [batch, height, width, 3], RGB in [-1, 1]
 * @returns [batch, h, w, channels]: five, or seven of SqueezeNet
 */
export function lpipsTaps(trunk: LpipsTrunk, image: tf.Tensor): readonly tf.Tensor4D[] {
  if ('alex' in trunk) return plainTaps(ALEX_NET, trunk.alex, image);
  if ('vgg' in trunk) return plainTaps(VGG_16, trunk.vgg, image);
  return squeezeNetTaps(trunk, image);
}
