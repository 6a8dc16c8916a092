/** Non-saturating generator loss: L_G = softplus(-D(fake)) (Goodfellow et al. 2014, as in StyleGAN2). */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/**
 * @param fakeLogits [batch, 1], the discriminator's verdict on swapped images
 * @returns a scalar above 0
 */
export function adversarialGeneratorLoss(fakeLogits: tf.Tensor): tf.Scalar {
  bindAxes('adversarialGeneratorLoss', { fakeLogits }, { fakeLogits: 'batch 1' });
  return tf.mean(tf.softplus(tf.neg(fakeLogits)));
}
