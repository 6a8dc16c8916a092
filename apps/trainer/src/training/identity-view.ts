/**
 * How the identity network looks at a swapped face in one step: smaller or larger, mirrored or not. An
 * identity that is only read at one scale is a pattern made for that network, not a likeness (our choice; the
 * trick is that of transferable adversarial examples, turned against them).
 */
import * as tf from '@tensorflow/tfjs-core';

/** One way of looking. */
export interface IdentityView {
  /** Side of the view as a share of the image's. */
  readonly scale: number;
  readonly mirrored: boolean;
}

/** The image as it is. */
export const PLAIN_VIEW: IdentityView = { scale: 1, mirrored: false };

/** Side of a view of an image with sides of `size`, in whole pixels. */
export function viewSide(size: number, { scale }: IdentityView): number {
  return Math.max(1, Math.round(scale * size));
}

/**
 * @param image [batch, R, R, 3]; differentiable
 * @returns [batch, r, r, 3] with r = scale * R in whole pixels
 */
export function identityView(image: tf.Tensor, view: IdentityView): tf.Tensor {
  const size = image.shape[1] as number;
  const side = viewSide(size, view);
  const resized = side === size ? image : tf.image.resizeBilinear(image as tf.Tensor4D, [side, side], false, true);
  return view.mirrored ? tf.reverse(resized, 2) : resized;
}
