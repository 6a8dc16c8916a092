/** Everything that changes while pretraining, and nothing else: what a checkpoint must hold. */
import * as tf from '@tensorflow/tfjs-core';
import { adamStart } from '../training/adam.ts';
import type { AdamState } from '../training/adam.ts';
import { startAugmentation } from './augmentation-controller.ts';
import type { AugmentationState } from './augmentation-controller.ts';
import type { PretrainingConfig } from './pretraining-config.ts';
import type { PretrainingWeights } from './pretraining-model.ts';

/** The state of a run between two steps. */
export interface PretrainingState {
  readonly step: number;
  readonly weights: PretrainingWeights;
  /** Exponential moving average of the generator's flat vector. */
  readonly average: tf.Tensor;
  readonly generatorAdam: AdamState;
  readonly discriminatorAdam: AdamState;
  /** Running mean of w, [width]: the centre of truncation. */
  readonly latentMean: tf.Tensor;
  /** Running mean of the path lengths. */
  readonly pathLengthMean: number;
  readonly augmentation: AugmentationState;
}

/** The state before the first step; it takes over the weights. */
export function startPretraining(config: Pick<PretrainingConfig, 'generator' | 'augmentation'>, weights: PretrainingWeights): PretrainingState {
  return {
    step: 0,
    weights,
    average: tf.clone(weights.generator),
    generatorAdam: adamStart(weights.generator),
    discriminatorAdam: adamStart(weights.discriminator),
    latentMean: tf.zeros([config.generator.mapping.width]),
    pathLengthMean: 0,
    augmentation: startAugmentation(config.augmentation),
  };
}

/** Frees a state's tensors. */
export function disposePretraining({ weights, average, generatorAdam, discriminatorAdam, latentMean }: PretrainingState): void {
  tf.dispose([weights, average, generatorAdam, discriminatorAdam, latentMean] as never);
}
