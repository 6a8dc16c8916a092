/**
 * Linear layer with an equalised learning rate (Karras et al. 2018): the stored weight is N(0, 1)
 * divided by `lrMultiplier`, the run-time weight is `stored * lrMultiplier / sqrt(in)`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { constantSpec, normalSpec } from './parameters.ts';
import type { ParametersOf } from './parameters.ts';

/** Sizes of the layer; `biasStart` is the run-time bias at the start. */
export interface LinearSize {
  readonly input: number;
  readonly output: number;
  readonly lrMultiplier?: number;
  readonly biasStart?: number;
}

/** weight [in, out], bias [out]. */
export function linearSpec({ input, output, lrMultiplier = 1, biasStart = 0 }: LinearSize) {
  return {
    weight: normalSpec([input, output], 1 / lrMultiplier),
    bias: constantSpec([output], biasStart / lrMultiplier),
  };
}

/** Tensors of `linearSpec`. */
export type LinearParameters = ParametersOf<ReturnType<typeof linearSpec>>;

/**
 * `x @ (weight * m / sqrt(in)) + bias * m`.
 *
 * @param x [batch, in]
 * @param lrMultiplier m, as given to `linearSpec`
 * @returns [batch, out]
 */
export function equalizedLinear(parameters: LinearParameters, x: tf.Tensor, lrMultiplier = 1): tf.Tensor {
  const sizes = bindAxes('equalizedLinear', { x, ...parameters }, { x: 'batch in', weight: 'in out', bias: 'out' });
  const weight = tf.mul(parameters.weight, lrMultiplier / Math.sqrt(sizes.get('in') as number));
  return tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), tf.mul(parameters.bias, lrMultiplier));
}
