/**
 * Takes the identity out of a face before its attributes are read (our choice, the paper has none):
 * inside an ellipse around the face the image is averaged over coarse cells, outside it stays. Style
 * maps read from such an image still tell pose, light, hair and background, but no longer who it is,
 * so the generator must take the features from the source's codes. FFHQ alignment puts every face at
 * the same place, hence a fixed ellipse.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError, bindAxes } from '@mfim/tensor-contracts';

/** Where and how coarsely. Positions and radii are shares of the image's side. */
export interface FaceSoftening {
  /** Codes at resolutions up to this one, and all style maps, are read from the softened image. */
  readonly codesUpTo: number;
  /** Cells along each side of the whole image, about: a cell is a whole number of pixels. */
  readonly cells: number;
  readonly centre: readonly [x: number, y: number];
  readonly radii: readonly [x: number, y: number];
  /** Width of the border in which the two images blend, in radii. */
  readonly feather: number;
}

/** [1, size, size, 1]: 1 inside the ellipse, 0 outside, linear in the border. */
function ellipse(size: number, { centre, radii, feather }: FaceSoftening): tf.Tensor4D {
  const values = new Float32Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const across = ((column + 0.5) / size - centre[0]) / radii[0];
      const down = ((row + 0.5) / size - centre[1]) / radii[1];
      const outside = (Math.hypot(across, down) - 1) / feather;
      values[row * size + column] = Math.min(1, Math.max(0, 0.5 - outside));
    }
  }
  return tf.tensor4d(values, [1, size, size, 1]);
}

/**
 * @param image [batch, size, size, 3], FFHQ-aligned; no gradient flows into it
 * @returns the same shape
 * @throws InputError when there are more cells than pixels, or less than one
 */
export function softenFace(image: tf.Tensor, softening: FaceSoftening): tf.Tensor {
  const size = bindAxes('softenFace', { image }, { image: 'batch size size 3' }).get('size') as number;
  const { cells, feather } = softening;
  if (!Number.isInteger(cells) || cells < 1 || cells > size || !(feather > 0)) {
    throw new InputError({
      where: 'softenFace',
      expected: `1 to ${size} cells, and a feather above 0`,
      got: `${cells} cells, feather ${feather}`,
      remedy: 'change softening in the encoder config',
    });
  }
  const cell = Math.ceil(size / cells);
  const padded = Math.ceil(size / cell) * cell;
  const before = Math.floor((padded - size) / 2);
  const border: [number, number] = [before, padded - size - before];
  const whole = tf.mirrorPad(image, [[0, 0], border, border, [0, 0]], 'symmetric') as tf.Tensor4D;
  const coarse = tf.avgPool(whole, cell, cell, 'valid');
  const smooth = tf.slice(tf.image.resizeBilinear(coarse, [padded, padded], false, true), [0, before, before, 0], image.shape);
  return tf.add(image, tf.mul(tf.sub(smooth, image), ellipse(size, softening)));
}
