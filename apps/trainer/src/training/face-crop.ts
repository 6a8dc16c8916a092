/** The square around the face in an FFHQ-aligned image, enlarged, so that losses look at it closely. */
import * as tf from '@tensorflow/tfjs-core';

/** A square as shares of the image's side. */
export interface FaceCrop {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

const ENLARGED = 2;

/**
 * @param image [batch, R, R, channels]; differentiable
 * @returns [batch, 2 s, 2 s, channels] with s = side * R in whole pixels
 */
export function faceCrop(image: tf.Tensor, { left, top, side }: FaceCrop): tf.Tensor {
  const [batch, size, , channels] = image.shape as [number, number, number, number];
  const pixels = Math.max(1, Math.round(side * size));
  const start = (share: number): number => Math.min(size - pixels, Math.round(share * size));
  const cut = tf.slice(image as tf.Tensor4D, [0, start(top), start(left), 0], [batch, pixels, pixels, channels]);
  return tf.image.resizeBilinear(cut, [ENLARGED * pixels, ENLARGED * pixels], false, true);
}
