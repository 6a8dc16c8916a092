/** Discriminator loss: L_D = softplus(D(fake)) + softplus(-D(real)), as in StyleGAN2. */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/**
 * @param realLogits [batch, 1], the verdict on photos
 * @param fakeLogits [batch, 1], the verdict on swapped images; the batches may differ
 * @returns a scalar above 0; 2 ln 2 when nothing is told apart
 */
export function adversarialDiscriminatorLoss(realLogits: tf.Tensor, fakeLogits: tf.Tensor): tf.Scalar {
  bindAxes('adversarialDiscriminatorLoss', { realLogits, fakeLogits }, { realLogits: 'real 1', fakeLogits: 'fake 1' });
  return tf.add(tf.mean(tf.softplus(fakeLogits)), tf.mean(tf.softplus(tf.neg(realLogits))));
}
