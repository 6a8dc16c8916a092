/** The check that all metrics of image pairs share. */
import { bindAxes } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';

/** Images are in [-1, 1]: the widest difference of two values. */
export const IMAGE_RANGE = 2;

const ONE_IMAGE = '1 height width 3';

/**
 * @throws ShapeError unless both are one image, [1, height, width, 3], of the same size.
 */
export function checkImagePair(where: string, first: tf.Tensor, second: tf.Tensor): void {
  bindAxes(where, { first, second }, { first: ONE_IMAGE, second: ONE_IMAGE });
}
