/**
 * From an FFHQ-aligned face to the 120-pixel framing that 3DDFA_V2 reads, without a detector. 3DDFA frames a
 * face by a square around its 68 landmarks, sqrt(2) times the longer side of their box
 * (`parse_roi_box_from_landmark`); FFHQ alignment puts that square at nearly the same place in every image, so one
 * serves all. It reaches over the lower border by 7 % of the image; the border's pixels continue there.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { fixedCrop } from '@mfim/nn';
import type { CropFraming } from '@mfim/nn';
import { COEFFICIENT_INPUT_SIZE } from './coefficient-network.ts';
import { squareFraming } from './square-framing.ts';

/** The mean square in shares of the FFHQ-aligned image, measured on 248 portraits (README, "The framing"). */
export const THREE_DDFA_SQUARE = { centreX: 0.508, centreY: 0.658, side: 0.815 } as const;

const THREE_DDFA_FRAMING: CropFraming = /* @__PURE__ */ squareFraming(THREE_DDFA_SQUARE, COEFFICIENT_INPUT_SIZE);

/**
 * The crop that `coefficientNetwork` reads; linear and differentiable.
 *
 * @param image [batch, size, size, 3], FFHQ-aligned, any range
 * @returns [batch, 120, 120, 3], the same range
 * @throws ShapeError when the image is not square or has not three channels.
 */
export function threeDdfaCrop(image: tf.Tensor): tf.Tensor4D {
  return fixedCrop(THREE_DDFA_FRAMING, image);
}
