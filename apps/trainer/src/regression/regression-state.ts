/** Everything that changes while a regressor is trained, as the run loop saves it, and back. */
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { flatFromTensors } from '../model/flat-from-tensors.ts';
import type { FlatLayout } from '../model/flat-network.ts';
import type { FlatBucket, PackedState, StoredState } from '../run/stage.ts';
import { adamStart } from '../training/adam.ts';
import type { AdamState } from '../training/adam.ts';

/** The state of a run between two steps; flat vectors. */
export interface RegressionState {
  readonly step: number;
  readonly weights: tf.Tensor;
  /** Exponential moving average: what is exported. */
  readonly average: tf.Tensor;
  readonly adam: AdamState;
}

const NETWORK = 'regressor';
const ORIGIN = 'checkpoint';

/** The state before the first step; it takes over the weights. */
export function startRegression(weights: tf.Tensor): RegressionState {
  return { step: 0, weights, average: tf.clone(weights), adam: adamStart(weights) };
}

/** Frees a state's tensors. */
export function disposeRegression({ weights, average, adam }: RegressionState): void {
  tf.dispose([weights, average, adam] as never);
}

/** A state as it is saved. */
export function packRegression(layout: FlatLayout, { step, weights, average, adam }: RegressionState): PackedState {
  const buckets: FlatBucket[] = [
    { prefix: 'weights.', layout, flat: weights, shown: { as: 'weights', network: NETWORK } },
    { prefix: 'average.', layout, flat: average },
    { prefix: 'first-moment.', layout, flat: adam.first },
    { prefix: 'second-moment.', layout, flat: adam.second, shown: { as: 'second moment', network: NETWORK } },
  ];
  return { buckets, buffers: new Map(), numbers: { step, updates: adam.updates } };
}

/** The state that `packRegression` saw. @throws InputError naming what is missing or of another shape */
export function unpackRegression(layout: FlatLayout, { tensors, numbers }: StoredState): RegressionState {
  const { step, updates } = numbers;
  if (!Number.isSafeInteger(step) || !Number.isSafeInteger(updates)) {
    throw new InputError({ where: ORIGIN, expected: 'numbers step and updates', got: JSON.stringify(numbers), remedy: 'resume with a checkpoint that mfim-train regress saved' });
  }
  const read = (prefix: string): tf.Tensor => flatFromTensors(layout, { tensors, prefix, origin: ORIGIN });
  return {
    step: step as number,
    weights: read('weights.'),
    average: read('average.'),
    adam: { first: read('first-moment.'), second: read('second-moment.'), updates: updates as number },
  };
}
