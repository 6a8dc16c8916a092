/**
 * Doubling and halving with the symlet-6 wavelet's low-pass filter, as the reference does around its geometric
 * transformations so that they neither alias nor blur: halving after doubling gives back the image.
 *
 * Departure from the reference, which pads each batch by as much mirrored image as its transformations reach: the image is
 * continued to one whole period of its endless mirror image, 2 * size - 2 pixels. Shapes are then the same in every step, and
 * a transformation never runs out of image (there the reference shows grey).
 */
import * as tf from '@tensorflow/tfjs-core';

/** Decomposition low-pass filter of the symlet with six vanishing moments (Daubechies 1992); its sum is sqrt(2). */
export const SYMLET_6 = [
  0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466, 0.787641141030194,
  0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578, 0.0017677118642428036, -0.007800708325034148,
];

/** Samples that the halving needs on either side of the doubled image; pixel i of the image is sample 2 i. */
export const HALVING_MARGIN = 6;

/** Taps of the doubling on the original grid, from 3 pixels before to 3 pixels after. */
const REACH = 3;
const CHANNELS = 3;

/**
 * Weights of pixels i - 3 .. i + 3 in sample 2 i (phase 0) and 2 i + 1 (phase 1): the filter's odd or even entries, reversed,
 * times sqrt(2), so that a constant stays as it is.
 */
function doublingTaps(phase: 0 | 1): readonly number[] {
  const entries = SYMLET_6.filter((_, index) => index % 2 === 1 - phase).toReversed().map((entry) => entry * Math.SQRT2);
  return phase === 0 ? [...entries, 0] : [0, ...entries];
}

/** [7, 7, 3, 4]: the four samples that belong to a pixel, as four outputs of each channel. */
function doublingKernel(): tf.Tensor4D {
  const phases = [doublingTaps(0), doublingTaps(1)];
  const values = phases[0]?.flatMap((_, row) => phases[0]?.flatMap((__, column) => {
    const four = phases.flatMap((vertical) => phases.map((horizontal) => (vertical[row] as number) * (horizontal[column] as number)));
    return Array.from({ length: CHANNELS }, () => four).flat();
  })) as number[];
  const taps = 2 * REACH + 1;
  return tf.tensor4d(values, [taps, taps, CHANNELS, 4]);
}

/** Rows or columns `from` .. `to`, in reverse when asked; `axis` 1 or 2. */
function part(images: tf.Tensor, axis: 1 | 2, [from, to, reversed]: readonly [number, number, boolean]): tf.Tensor {
  const begin = [0, 0, 0, 0];
  const size = images.shape.slice();
  begin[axis] = from;
  size[axis] = to - from;
  const piece = tf.slice(images, begin, size);
  return reversed ? tf.reverse(piece, axis) : piece;
}

/** One period of the endless mirror image along an axis, with 3 more pixels on both sides. */
function mirrored(images: tf.Tensor, axis: 1 | 2): tf.Tensor {
  const size = images.shape[axis] as number;
  const period = tf.concat([images, part(images, axis, [1, size - 1, true])], axis);
  const length = 2 * size - 2;
  return tf.concat([part(period, axis, [length - REACH, length, false]), period, part(period, axis, [0, REACH, false])], axis);
}

/**
 * @param images [batch, size, size, 3], size 4 or more
 * @returns [batch, 4 size - 4, 4 size - 4, 3]: one period of the doubled endless mirror image; pixel i is sample 2 i
 */
export function doubledPeriod(images: tf.Tensor): tf.Tensor4D {
  const [batch, size] = images.shape as [number, number];
  const period = 2 * size - 2;
  const samples = tf.depthwiseConv2d(mirrored(mirrored(images, 1), 2) as tf.Tensor4D, doublingKernel(), 1, 'valid');
  const apart = tf.transpose(tf.reshape(samples, [batch, period, period, CHANNELS, 2, 2]), [0, 1, 4, 2, 5, 3]);
  return tf.reshape(apart, [batch, 2 * period, 2 * period, CHANNELS]) as tf.Tensor4D;
}

/**
 * @param samples [batch, 2 size + 12, 2 size + 12, 3]: the doubled image with `HALVING_MARGIN` samples on all sides
 * @returns [batch, size, size, 3]
 */
export function halved(samples: tf.Tensor): tf.Tensor4D {
  const taps = SYMLET_6.length;
  const entries = SYMLET_6.flatMap((row) => SYMLET_6.map((column) => (row * column) / 2));
  const kernel = tf.tile(tf.tensor4d(entries, [taps, taps, 1, 1]), [1, 1, CHANNELS, 1]);
  const inner = tf.slice(samples, [0, 1, 1, 0], [-1, (samples.shape[1] as number) - 2, (samples.shape[2] as number) - 2, -1]);
  return tf.depthwiseConv2d(inner as tf.Tensor4D, kernel as tf.Tensor4D, 2, 'valid');
}
