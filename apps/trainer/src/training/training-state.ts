/** Everything that changes while training, and nothing else: what a checkpoint must hold. */
import * as tf from '@tensorflow/tfjs-core';
import type { ModelWeights } from '../model/swap-model.ts';
import { adamStart } from './adam.ts';
import type { AdamState } from './adam.ts';

/** The state of a run between two steps. */
export interface TrainingState {
  readonly step: number;
  readonly weights: ModelWeights;
  /** Exponential moving average of the swapper's weights. */
  readonly average: tf.Tensor;
  readonly swapperAdam: AdamState;
  readonly discriminatorAdam: AdamState;
}

/** The state before the first step. */
export function startState(weights: ModelWeights): TrainingState {
  return {
    step: 0,
    weights,
    average: tf.clone(weights.swapper),
    swapperAdam: adamStart(weights.swapper),
    discriminatorAdam: adamStart(weights.discriminator),
  };
}
