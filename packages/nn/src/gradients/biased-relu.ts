/**
 * ReLU of an image plus a bias for each channel. A backend that registers the kernel `BiasedRelu` (inputs `x` and `bias`) takes one
 * pass for both; the gradient reads what came out, so that what went in need not be remembered.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';
import { throughRelu } from './activation-gradients.ts';

const KERNEL = 'BiasedRelu';

/** To be registered for all backends. */
export const BIASED_RELU_GRADIENT: GradConfig = {
  kernelName: KERNEL,
  outputsToSave: [true],
  gradFunc: (dy, [y]) => {
    // Where the sum is above 0, so is what came out.
    const slope = throughRelu(dy as tf.Tensor, y as tf.Tensor);
    return { x: () => slope, bias: () => tf.sum(slope, Array.from({ length: slope.rank - 1 }, (_, axis) => axis)) };
  },
};

/**
 * relu(x + bias); differentiable by both.
 *
 * @param x [..., channels]
 * @param bias [channels]
 */
export function biasedRelu(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const isKnown = tf.getKernel(KERNEL, tf.getBackend()) !== undefined && tf.getGradient(KERNEL) !== undefined;
  if (!isKnown) return tf.relu(tf.add(x, bias));
  return tf.engine().runKernel(KERNEL, { x, bias } as never) as tf.Tensor;
}
