/**
 * One view of the identity network (see `identityView`) followed by its crop, as two sampling matrices. A compiled step takes
 * them as inputs, so that one graph serves every scale: resizing first would give each scale shapes of its own.
 */
import { ARC_FACE_SIZE, cropWeights } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { viewSide } from './identity-view.ts';
import type { IdentityView } from './identity-view.ts';

/** Sampling weights of rows and columns, [112, R] each: the crop is rows * image * columns^T, for each channel. */
export interface ViewFraming {
  readonly rows: tf.Tensor;
  readonly columns: tf.Tensor;
}

/** The two pixels that bilinear resizing (half-pixel centres, no antialiasing) mixes at a place, and the share of the second. */
function neighbours(place: number, side: number, size: number): readonly [first: number, second: number, share: number] {
  const at = ((place + 0.5) * size) / side - 0.5;
  const first = Math.max(0, Math.floor(at));
  return [first, Math.min(size - 1, Math.max(0, Math.ceil(at))), Math.max(0, at - first)];
}

/** The crop's weights over a view of `side` pixels, as weights over the image of `size` pixels that the view is resized from. */
function throughView(crop: Float32Array, { side, size, mirrored }: { readonly side: number; readonly size: number; readonly mirrored: boolean }): Float32Array {
  const weights = new Float32Array(ARC_FACE_SIZE * size);
  for (let place = 0; place < side; place += 1) {
    const [first, second, share] = side === size ? [place, place, 0] : neighbours(place, side, size);
    const seen = mirrored ? side - 1 - place : place;
    for (let output = 0; output < ARC_FACE_SIZE; output += 1) {
      const weight = crop[output * side + seen] as number;
      weights[output * size + first] = (weights[output * size + first] as number) + weight * (1 - share);
      weights[output * size + second] = (weights[output * size + second] as number) + weight * share;
    }
  }
  return weights;
}

/**
 * The matrices of a view; the caller disposes them.
 *
 * @param size side of the image that is looked at
 */
export function viewFraming(size: number, view: IdentityView): ViewFraming {
  const side = viewSide(size, view);
  const matrix = (axis: 'x' | 'y', mirrored: boolean): tf.Tensor => tf.tensor2d(throughView(cropWeights(side, axis), { side, size, mirrored }), [ARC_FACE_SIZE, size]);
  return { rows: matrix('y', false), columns: matrix('x', view.mirrored) };
}

/**
 * The crop that the matrices sample; differentiable.
 *
 * @param image [batch, R, R, 3]
 * @returns [batch, 112, 112, 3], as `arcFaceCrop(identityView(image, view))`
 */
export function cropThrough(image: tf.Tensor, { rows, columns }: ViewFraming): tf.Tensor4D {
  const [batch, size] = image.shape as [number, number];
  const sampled = tf.matMul(tf.expandDims(rows, 0), tf.reshape(image, [batch, size, size * 3]));
  const across = tf.matMul(tf.expandDims(columns, 0), tf.reshape(sampled, [batch * ARC_FACE_SIZE, size, 3]));
  return tf.reshape(across, [batch, ARC_FACE_SIZE, ARC_FACE_SIZE, 3]);
}
