/**
 * R1 (Mescheder et al. 2018, "Which Training Methods for GANs do actually Converge?"):
 * gamma / 2 * mean over the batch of |grad_x D(x)|^2, on real images only. Its own gradient is a second-order one:
 * call `registerSecondOrderGradients` of @mfim/nn once before training.
 *
 * StyleGAN2's convention: |grad|^2 is summed over pixels and channels; gamma 10 at 1024 (heuristic of stylegan2-ada:
 * 0.0002 * resolution^2 / batch); evaluated every 16 discriminator steps and multiplied by 16 (`lazyFactor`).
 */
import * as tf from '@tensorflow/tfjs-core';
import { releasingGradients } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';

/** Verdicts [batch, 1] on images [batch, height, width, 3]. */
export type Discriminate = (image: tf.Tensor) => tf.Tensor;

/**
 * @param discriminate the verdicts are summed before the gradient is taken, as in StyleGAN2
 * @param real [batch, height, width, 3]
 * @param gamma 0 or more; StyleGAN2: 10
 * @returns a scalar, 0 or more
 * @throws InputError when gamma is negative or not a number.
 */
export function r1Penalty(discriminate: Discriminate, real: tf.Tensor, gamma: number): tf.Scalar {
  if (!(gamma >= 0)) {
    throw new InputError({
      where: 'r1Penalty',
      expected: 'gamma of 0 or more',
      got: String(gamma),
      remedy: 'pass a number such as 10',
    });
  }
  const { gradients } = releasingGradients(() => discriminate(real), [real]);
  const squares = tf.sum(tf.square(gradients[0] as tf.Tensor), [1, 2, 3]);
  return tf.mul(tf.mean(squares), gamma / 2);
}
