/** LPIPS 0.1 with SqueezeNet as a metric. */
import { lpips } from '@mfim/nn';
import type { LpipsParameters } from '@mfim/nn';
import type { Metric } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { checkImagePair } from './image-pair.ts';
import { scalarValue } from './scalar-value.ts';

/** 0 or more; 0 for equal images, whose sides must be 17 pixels or more. */
export function perceptualDistance(parameters: LpipsParameters): Metric<tf.Tensor> {
  return {
    name: 'lpips-squeeze',
    better: 'lower',
    measure: async (first, second) => {
      checkImagePair('perceptualDistance', first, second);
      return scalarValue(() => lpips(parameters, first, second));
    },
  };
}
