/**
 * A transposed 3x3 convolution with stride 2 as four small convolutions, one for each parity of the result's rows and
 * columns, whose results are interleaved. It does the same multiplications; nothing is added up from overlapping patches,
 * which runtimes do slowly. 1-D: `t[2m] = w[0] x[m] + w[2] x[m - 1]`, `t[2m + 1] = w[1] x[m]`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/** Of one axis: the taps, in the order of the pixels that they meet, and the zeros around these. */
interface Phase {
  readonly taps: readonly number[];
  readonly padding: readonly [before: number, after: number];
}

const EVEN: Phase = { taps: [2, 0], padding: [1, 1] };
/** One zero after the last pixel gives it as many results as the even phase has. */
const ODD: Phase = { taps: [1], padding: [0, 1] };
const PHASES = [EVEN, ODD];

/**
 * @param x [batch, height, width, in]
 * @param weight [3, 3, in, out]
 * @param change applied to the part of the weight [1 or 2, 1 or 2, in, out] that each phase takes
 * @returns [batch, 2 height + 2, 2 width + 2, out]; the last row and column, beyond a transposed convolution's, are zeros
 */
export function transposedByPhases(x: tf.Tensor, weight: tf.Tensor, change: (part: tf.Tensor) => tf.Tensor = (part) => part): tf.Tensor4D {
  bindAxes('transposedByPhases', { x, weight }, { x: 'batch height width in', weight: '3 3 in out' });
  const drawn = PHASES.flatMap((row) =>
    PHASES.map((column) => {
      const part = tf.gather(tf.gather(weight, [...row.taps], 0), [...column.taps], 1);
      return tf.conv2d(x as tf.Tensor4D, change(part) as tf.Tensor4D, 1, [[0, 0], [...row.padding], [...column.padding], [0, 0]]);
    }),
  );
  return tf.depthToSpace(tf.concat(drawn, 3), 2);
}
