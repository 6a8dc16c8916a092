/** Runs a tensor function and reads its one number, without leaving tensors behind. */
import * as tf from '@tensorflow/tfjs-core';

/** The number that `compute` yields as a tensor of one element. */
export async function scalarValue(compute: () => tf.Tensor): Promise<number> {
  const result = tf.tidy(compute);
  const values = await result.data();
  result.dispose();
  return values[0] as number;
}
