/** One optimiser step of one network: the gradient of an objective, averaged over processes, through Adam. */
import * as tf from '@tensorflow/tfjs-core';
import { adamUpdate } from '../training/adam.ts';
import type { AdamRates, AdamState } from '../training/adam.ts';

/** A flat vector with its optimiser. */
export interface Trained {
  readonly parameters: tf.Tensor;
  readonly state: AdamState;
}

/** What is minimised, and what is reported beside it. */
export interface Objective {
  readonly total: tf.Scalar;
  /** Tensors to hand out, by name. */
  readonly terms: Readonly<Record<string, tf.Tensor>>;
}

/** How the step is taken. */
export interface DescentOptions {
  readonly rates: AdamRates;
  /** Averages a flat gradient over all processes; absent: one process. */
  readonly allReduceMean?: ((flat: tf.Tensor) => tf.Tensor) | undefined;
}

/**
 * Call it inside `tf.tidy`.
 *
 * @returns the trained vector after the step (the old one stays), and the terms, which the caller disposes of
 */
export function descend(trained: Trained, objective: (flat: tf.Tensor) => Objective, { rates, allReduceMean }: DescentOptions): { readonly trained: Trained; readonly terms: Record<string, tf.Tensor> } {
  let terms: Record<string, tf.Tensor> = {};
  const { grad } = tf.valueAndGrad((flat: tf.Tensor) => {
    const { total, terms: found } = objective(flat);
    terms = Object.fromEntries(Object.entries(found).map(([name, term]) => [name, tf.keep(tf.clone(term))]));
    return total;
  })(trained.parameters);
  const gradient = allReduceMean === undefined ? grad : allReduceMean(grad);
  return { trained: adamUpdate(trained, gradient, rates), terms };
}
