/** Squeeze and excitation (Hu et al. 2018): channels weighted by a gate computed from their means. */
import * as tf from '@tensorflow/tfjs-core';
import { normalSpec } from './parameters.ts';
import type { ParametersOf } from './parameters.ts';

const REDUCTION = 16;
/** What the narrowest layer of the published network has; narrower ones die behind the ReLU. */
const FEWEST_HIDDEN = 4;

/** Two matrices without bias, [channels, channels / 16] and back. */
export function squeezeExciteSpec(channels: number) {
  const hidden = Math.max(FEWEST_HIDDEN, Math.floor(channels / REDUCTION));
  return {
    reduce: normalSpec([channels, hidden], Math.sqrt(2 / channels)),
    expand: normalSpec([hidden, channels], Math.sqrt(1 / hidden)),
  };
}

/** Tensors of `squeezeExciteSpec`. */
export type SqueezeExciteParameters = ParametersOf<ReturnType<typeof squeezeExciteSpec>>;

/** `x * sigmoid(relu(mean(x) @ reduce) @ expand)`, x [batch, height, width, channels]. */
export function squeezeExcite({ reduce, expand }: SqueezeExciteParameters, x: tf.Tensor): tf.Tensor {
  const means = tf.mean(x, [1, 2]) as tf.Tensor2D;
  const hidden = tf.relu(tf.matMul(means, reduce as tf.Tensor2D));
  const gate = tf.sigmoid(tf.matMul(hidden as tf.Tensor2D, expand as tf.Tensor2D));
  return tf.mul(x, tf.expandDims(tf.expandDims(gate, 1), 1));
}
