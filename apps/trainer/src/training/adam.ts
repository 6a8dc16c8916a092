/** Adam on one flat vector, as the training steps keep its state. */
import { adam } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';

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
  const optimiser = adam({ rate, beta1, beta2 });
  const slots = { first: state.first, second: state.second };
  const next = optimiser.apply({ parameter: parameters, gradient, slots, scalars: optimiser.scalars(updates, rate), rateScale: scale });
  return { parameters: next.parameter, state: { first: next.slots['first'] as tf.Tensor, second: next.slots['second'] as tf.Tensor, updates } };
}
