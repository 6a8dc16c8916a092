/**
 * Nearest upsampling by two and the 3x3 convolution after it, merged into four 2x2 convolutions, one for each parity of
 * the output pixel: the same sums with 4/9 of the work.
 */
import * as tf from '@tensorflow/tfjs-core';

/**
 * The kernels for `upsampleConv`: of the output pixels (even, even), (even, odd), (odd, even), (odd, odd) as (row, column).
 * An even output row 2i reads input rows (i - 1, i) with weights (w0, w1 + w2), an odd one (i, i + 1) with (w0 + w1, w2).
 * @param kernel - `[3, 3, in, out]`, the convolution that follows the upsampling
 * @returns four kernels `[2, 2, in, out]`
 */
export function mergeUpsampling(kernel: tf.Tensor4D): tf.Tensor4D[] {
  return [0, 1].flatMap((row) => [0, 1].map((column) => tf.tidy(() => pairUp(pairUp(kernel, 0, row), 1, column))));
}

function pairUp(kernel: tf.Tensor4D, axis: 0 | 1, parity: number): tf.Tensor4D {
  const [first, second, third] = tf.split(kernel, [1, 1, 1], axis) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const pair = parity === 0 ? [first, tf.add(second, third)] : [tf.add(first, second), third];
  return tf.concat(pair as tf.Tensor4D[], axis);
}

/**
 * @param features - `[N, H, W, in]`
 * @param kernels - from `mergeUpsampling`
 * @returns `[N, 2H, 2W, out]`, what nearest upsampling and a 3x3 convolution with zero padding give
 */
export function upsampleConv(features: tf.Tensor4D, kernels: readonly tf.Tensor4D[]): tf.Tensor4D {
  return tf.tidy(() => {
    const [, height, width] = features.shape;
    const padded = tf.pad(features, [[0, 0], [1, 1], [1, 1], [0, 0]]);
    const parities = kernels.map((kernel, index) => {
      const [row, column] = [Math.floor(index / 2), index % 2];
      const window = tf.slice(padded, [0, row, column, 0], [-1, height + 1, width + 1, -1]);
      return tf.conv2d(window, kernel, 1, 'valid');
    });
    return tf.depthToSpace(tf.concat(parities, 3), 2);
  });
}
