/**
 * A teacher without a network (our choice, the paper has none): the source's inner face, as it is, in the
 * target's head, its mean colour moved towards the target's. FFHQ alignment puts eyes and mouth at the same
 * places, so for faces of one pose this is a plain but whole swap. The model learns to draw it from the
 * source's codes, which hold no picture, and from a target whose inner face is softened.
 */
import * as tf from '@tensorflow/tfjs-core';

/** The inner face and its colour. Positions and radii are shares of the image's side. */
export interface CompositeFace {
  readonly centre: readonly [x: number, y: number];
  readonly radii: readonly [x: number, y: number];
  /** Width of the border, in radii. */
  readonly feather: number;
  /** 0: the source's colour stays; 1: the mean colour is the target's. */
  readonly colourShare: number;
  /** How much of the composite is asked for: 0 the target as it is, 1 the composite. */
  readonly strength: number;
}

/** [1, size, size, 1]: 1 inside, 0 outside, a smooth step between. */
function innerMask(size: number, { centre, radii, feather }: CompositeFace): tf.Tensor4D {
  const values = new Float32Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const radius = Math.hypot(((column + 0.5) / size - centre[0]) / radii[0], ((row + 0.5) / size - centre[1]) / radii[1]);
      const inside = Math.min(1, Math.max(0, 0.5 + (1 - radius) / feather));
      // The smooth step 3 t^2 - 2 t^3.
      values[row * size + column] = inside * inside * (3 - 2 * inside);
    }
  }
  return tf.tensor4d(values, [1, size, size, 1]);
}

/**
 * @param target [batch, R, R, 3] in [-1, 1]
 * @param donor the source in the target's pose, same shape
 * @returns same shape and range
 */
export function compositeFace(target: tf.Tensor, donor: tf.Tensor, composite: CompositeFace): tf.Tensor {
  return tf.tidy(() => {
    const mask = innerMask(target.shape[1] as number, composite);
    const meanInside = (image: tf.Tensor): tf.Tensor => tf.div(tf.sum(tf.mul(image, mask), [1, 2], true), tf.sum(mask));
    const shifted = tf.add(donor, tf.mul(tf.sub(meanInside(target), meanInside(donor)), composite.colourShare));
    return tf.clipByValue(tf.add(target, tf.mul(tf.sub(shifted, target), tf.mul(mask, composite.strength))), -1, 1);
  });
}
