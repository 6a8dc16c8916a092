/** L1: mean |a - b| over pixels and channels of images in [-1, 1]. */
import type { Metric } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { checkImagePair } from './image-pair.ts';
import { scalarValue } from './scalar-value.ts';

/** In [0, 2]; 0 for equal images. */
export const meanAbsoluteError: Metric<tf.Tensor> = {
  name: 'l1',
  better: 'lower',
  measure: async (first, second) => {
    checkImagePair('meanAbsoluteError', first, second);
    return scalarValue(() => tf.mean(tf.abs(tf.sub(first, second))));
  },
};
