/** What SqueezeNet 1.1 sees of an image as a whole: the mean over its last feature map, after average pooling to at most 256 pixels. */
import { poolForLosses } from '@mfim/losses-3dmm';
import { squeezeNetParameters, squeezeNetTaps } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { readLossNetwork } from '../training/loss-networks.ts';

/** Feature vectors [batch, width] of images [batch, R, R, 3] in [-1, 1]. */
export type ImageFeatures = (images: tf.Tensor) => tf.Tensor;

/** Photos in FID and KID are looked at with 299 pixels; this is the nearest size that a power of two can be pooled to. */
const LARGEST_SIDE = 256;

/** @param path torchvision's weights of the convolutional part. @throws InputError when there is no such file */
export async function squeezeFeatures(path: string): Promise<ImageFeatures> {
  const parameters = squeezeNetParameters(await readLossNetwork('squeezeNet', path));
  return (images) => tf.tidy(() => tf.mean(squeezeNetTaps(parameters, poolForLosses(images, LARGEST_SIDE)).at(-1) as tf.Tensor4D, [1, 2]));
}
