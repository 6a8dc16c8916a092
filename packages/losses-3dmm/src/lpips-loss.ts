/** LPIPS half of L_recon: the perceptual distance of swapped and target, averaged over the batch. */
import * as tf from '@tensorflow/tfjs-core';
import { lpips } from '@mfim/nn';
import type { LpipsParameters } from '@mfim/nn';
import type { Loss } from '@mfim/tensor-contracts';

/** The swapped face should be perceived like the target. Sides of 17 pixels or more. */
export function lpipsLoss(parameters: LpipsParameters): Loss<tf.Tensor> {
  return {
    name: 'lpips',
    evaluate: ({ swapped, target }) => tf.mean(lpips(parameters, swapped, target)),
  };
}
