/**
 * The filter [1, 3, 3, 1] / 8 along both axes, zeros around, in other ways than one depthwise convolution with 16 taps.
 */
import * as tf from '@tensorflow/tfjs-core';

type Sides = readonly [before: number, after: number];

const WEIGHTS = [1, 3, 3, 1].map((weight) => weight / 8);
const LENGTH = WEIGHTS.length;

function padded(x: tf.Tensor, padding: Sides): tf.Tensor4D {
  const sides: [number, number] = [...padding];
  return tf.pad(x as tf.Tensor4D, [[0, 0], sides, sides, [0, 0]]);
}

/** Two depthwise convolutions of 4 taps. */
export function separateBlur(x: tf.Tensor, padding: Sides): tf.Tensor {
  const channels = x.shape[3] as number;
  const along = (shape: [number, number, number, number]): tf.Tensor4D => tf.tile(tf.tensor4d(WEIGHTS, shape), [1, 1, channels, 1]);
  const rows = tf.depthwiseConv2d(padded(x, padding), along([LENGTH, 1, 1, 1]), 1, 'valid');
  return tf.depthwiseConv2d(rows, along([1, LENGTH, 1, 1]), 1, 'valid');
}

/** [1, 3, 3, 1] / 8 is the mean of two neighbours, three times. */
export function averageBlur(x: tf.Tensor, padding: Sides): tf.Tensor {
  let result = padded(x, padding);
  for (let turn = 1; turn < LENGTH; turn += 1) result = tf.avgPool(result, 2, 1, 'valid');
  return result;
}

/** [to, from]: row i takes WEIGHTS from `from` i - before onwards. */
function band(from: number, [before, after]: Sides): tf.Tensor2D {
  const to = from + before + after - LENGTH + 1;
  const values = new Float32Array(to * from);
  for (let row = 0; row < to; row += 1) {
    WEIGHTS.forEach((weight, tap) => {
      const column = row - before + tap;
      if (column >= 0 && column < from) values[row * from + column] = weight;
    });
  }
  return tf.tensor2d(values, [to, from]);
}

/** Products with two band matrices. */
export function bandBlur(x: tf.Tensor, padding: Sides): tf.Tensor {
  const side = x.shape[1] as number;
  const matrix = band(side, padding);
  const images = tf.transpose(x, [0, 3, 1, 2]);
  const rows = tf.matMul(tf.reshape(matrix, [1, 1, ...matrix.shape]), images);
  return tf.transpose(tf.matMul(rows, tf.reshape(tf.transpose(matrix), [1, 1, matrix.shape[1], matrix.shape[0]])), [0, 2, 3, 1]);
}

function shiftedSum(image: tf.Tensor, axis: 1 | 2): tf.Tensor {
  const size = image.shape.with(axis, (image.shape[axis] as number) - LENGTH + 1);
  return tf.addN(WEIGHTS.map((weight, tap) => tf.mul(tf.slice(image, [0, 0, 0, 0].with(axis, tap), size), weight)));
}

/** Sums of shifted images, first along rows, then along columns. */
export function shiftedBlur(x: tf.Tensor, padding: Sides): tf.Tensor {
  return shiftedSum(shiftedSum(padded(x, padding), 1), 2);
}
