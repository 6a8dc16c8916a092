/** Exponential moving average of weights, with a half-life in images that is shorter while few have been seen. */
import * as tf from '@tensorflow/tfjs-core';

/** How much is forgotten in one step. */
export interface AverageSettings {
  readonly batch: number;
  /** Images seen before this step. */
  readonly images: number;
  readonly halfLifeKimg: number;
  /** Longest half-life as a share of the images seen: a young average would otherwise remember the random start. */
  readonly rampUp: number;
}

const IMAGES_PER_KIMG = 1000;
const EPSILON = 1e-8;

/** The share of the average that stays in a step. */
export function averageDecay({ batch, images, halfLifeKimg, rampUp }: AverageSettings): number {
  const halfLife = Math.min(halfLifeKimg * IMAGES_PER_KIMG, images * rampUp);
  return 0.5 ** (batch / Math.max(halfLife, EPSILON));
}

/** The average of which that share stayed. */
export function averageTowards(average: tf.Tensor, weights: tf.Tensor, decay: tf.Tensor | number): tf.Tensor {
  return tf.tidy(() => tf.add(weights, tf.mul(tf.sub(average, weights), decay)));
}

/** The next average; in the first step it is the weights themselves. */
export function averageWeights(average: tf.Tensor, weights: tf.Tensor, settings: AverageSettings): tf.Tensor {
  return averageTowards(average, weights, averageDecay(settings));
}
