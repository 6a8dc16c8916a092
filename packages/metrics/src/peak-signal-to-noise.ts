/** PSNR = 10 log10(range^2 / mean squared error) in decibels, range 2 for images in [-1, 1]. */
import type { Metric } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { IMAGE_RANGE, checkImagePair } from './image-pair.ts';
import { scalarValue } from './scalar-value.ts';

/** Infinity for equal images. */
export const peakSignalToNoise: Metric<tf.Tensor> = {
  name: 'psnr',
  better: 'higher',
  measure: async (first, second) => {
    checkImagePair('peakSignalToNoise', first, second);
    const error = await scalarValue(() => tf.mean(tf.squaredDifference(first, second)));
    return 10 * Math.log10(IMAGE_RANGE ** 2 / error);
  },
};
