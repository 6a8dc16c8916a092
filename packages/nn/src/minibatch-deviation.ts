/**
 * Minibatch standard deviation (Karras et al. 2018): one channel that says how much the images of a
 * group differ. Groups are taken as in rosinality's code: batch as [group, batch / group].
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, bindAxes } from '@mfim/tensor-contracts';

const EPSILON = 1e-8;

/** Images that are compared with each other. */
export const MINIBATCH_GROUP = 4;

/**
 * Appends the deviation as a last channel.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, height, width, channels + 1]
 * @throws ShapeError when the batch does not divide by min(batch, 4)
 */
export function minibatchDeviation(x: tf.Tensor): tf.Tensor {
  bindAxes('minibatchDeviation', { x }, { x: 'batch height width channels' });
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const group = Math.min(batch, MINIBATCH_GROUP);
  if (batch % group !== 0) {
    throw new ShapeError({
      where: 'minibatchDeviation',
      expected: `a batch of 1 to ${MINIBATCH_GROUP} or a multiple of ${MINIBATCH_GROUP}`,
      got: String(batch),
      remedy: 'change the batch size',
    });
  }
  const groups = tf.reshape(x, [group, batch / group, height, width, channels]);
  const centred = tf.sub(groups, tf.mean(groups, 0, true));
  const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), 0), EPSILON));
  const perGroup = tf.reshape(tf.mean(deviation, [1, 2, 3]), [1, batch / group, 1, 1, 1]);
  // Spread by broadcasting: tfjs has no gradient for tile at rank 5.
  const spread = tf.mul(perGroup, tf.ones([group, batch / group, height, width, 1]));
  const channel = tf.reshape(spread, [batch, height, width, 1]);
  return tf.concat([x, channel], 3);
}
