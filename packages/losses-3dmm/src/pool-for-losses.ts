/**
 * Average pooling to the size at which the losses look, usually 256: pSp's AdaptiveAvgPool of a
 * 1024-pixel image, and with it the paper family's habit. The adversarial loss sees the image as it is.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError, bindAxes } from '@mfim/tensor-contracts';

/**
 * Means over squares of a whole number of pixels; an image of `size` or less passes unchanged. Linear and
 * differentiable; the mean of the image stays.
 *
 * @param image [batch, side, side, channels]
 * @param size side of the result in pixels
 * @returns [batch, size, size, channels], or the image itself
 * @throws ShapeError when the image is not square; InputError when `size` is not a whole number of 1 or more, or the
 *   side is no multiple of it.
 */
export function poolForLosses(image: tf.Tensor, size: number): tf.Tensor {
  const side = bindAxes('poolForLosses', { image }, { image: 'batch side side channels' }).get('side') as number;
  if (!Number.isInteger(size) || size < 1) {
    throw new InputError({ where: 'poolForLosses', expected: 'a whole size of 1 or more', got: String(size), remedy: 'pass for example 256' });
  }
  if (side <= size) return image;
  const factor = side / size;
  if (Number.isInteger(factor)) return tf.avgPool(image as tf.Tensor4D, factor, factor, 'valid');
  throw new InputError({
    where: 'poolForLosses',
    expected: `a side that is a multiple of ${size}, or at most ${size}`,
    got: `${side} pixels`,
    remedy: 'choose a size that divides the resolution, such as 256 for 1024',
  });
}
