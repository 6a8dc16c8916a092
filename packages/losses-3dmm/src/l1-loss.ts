/**
 * L1 half of L_recon: mean |swapped - target| over pixels and channels. Where both are equal the
 * gradient is that of tfjs's `abs`, -1, and not PyTorch's 0; both are subgradients.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import type { Loss } from '@mfim/tensor-contracts';

const IMAGE_AXES = 'batch height width channels';

/** The swapped face should look like the target; images in [-1, 1] give a loss in [0, 2]. */
export const l1Loss: Loss<tf.Tensor> = {
  name: 'l1',
  evaluate: ({ swapped, target }) => {
    bindAxes('l1Loss', { swapped, target }, { swapped: IMAGE_AXES, target: IMAGE_AXES });
    return tf.mean(tf.abs(tf.sub(swapped, target)));
  },
};
