/** Adam (Kingma and Ba 2015) on one flat vector, with bias correction. */
import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-8;

/** First and second moments, and how many updates they have seen. */
export interface AdamState {
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
  readonly updates: number;
}

/** Rates of one optimiser. */
export interface AdamRates {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Factor on the rate of each parameter, in the vector's shape; absent: 1. */
  readonly scale?: tf.Tensor | undefined;
}

/** Moments of zero for a vector of this shape. */
export function adamStart(parameters: tf.Tensor): AdamState {
  return { first: tf.zerosLike(parameters), second: tf.zerosLike(parameters), updates: 0 };
}

/** One update; the old tensors are left to the caller. */
export function adamUpdate(
  { parameters, state }: { readonly parameters: tf.Tensor; readonly state: AdamState },
  gradient: tf.Tensor,
  { rate, beta1, beta2, scale }: AdamRates,
): { readonly parameters: tf.Tensor; readonly state: AdamState } {
  const updates = state.updates + 1;
  const first = tf.tidy(() => (beta1 === 0 ? tf.clone(gradient) : tf.add(tf.mul(state.first, beta1), tf.mul(gradient, 1 - beta1))));
  const second = tf.tidy(() => tf.add(tf.mul(state.second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
  const step = rate / (1 - beta1 ** updates);
  const deviation = tf.tidy(() => tf.add(tf.sqrt(tf.div(second, 1 - beta2 ** updates)), EPSILON));
  const moved = tf.tidy(() => {
    const move = tf.div(tf.mul(first, step), deviation);
    return tf.sub(parameters, scale === undefined ? move : tf.mul(move, scale));
  });
  deviation.dispose();
  return { parameters: moved, state: { first, second, updates } };
}

/** The same moments in tensors of their own. */
export function adamClone(state: AdamState): AdamState {
  return { ...state, first: tf.clone(state.first), second: tf.clone(state.second) };
}
