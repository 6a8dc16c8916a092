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

/** The next average; in the first step it is the weights themselves. */
export function averageWeights(average: tf.Tensor, weights: tf.Tensor, settings: AverageSettings): tf.Tensor {
  const halfLife = Math.min(settings.halfLifeKimg * IMAGES_PER_KIMG, settings.images * settings.rampUp);
  const decay = 0.5 ** (settings.batch / Math.max(halfLife, EPSILON));
  return tf.add(weights, tf.mul(tf.sub(average, weights), decay));
}
