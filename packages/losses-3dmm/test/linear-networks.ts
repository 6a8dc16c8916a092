/** Small linear stand-ins for the networks that a trainer puts into the roles. */
import * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor, IdentityEmbedder } from '@mfim/tensor-contracts';

/** Side of the images in these tests. */
export const SIDE = 4;
const PIXELS = SIDE * SIDE * 3;

function project(face: tf.Tensor, width: number, seed: number): tf.Tensor {
  const matrix = tf.randomNormal([PIXELS, width], 0, 0.3, 'float32', seed);
  return tf.matMul(tf.reshape(face, [-1, PIXELS]), matrix as tf.Tensor2D);
}

/** An image batch in [-1, 1]. */
export function image(seed: number, batch = 2): tf.Tensor {
  return tf.randomUniform([batch, SIDE, SIDE, 3], -1, 1, 'float32', seed);
}

/** A linear map to unit vectors. */
export const linearEmbedder: IdentityEmbedder<tf.Tensor> = {
  name: 'linear',
  embed: (face) => {
    const vector = project(face, 8, 1);
    return tf.div(vector, tf.norm(vector, 2, -1, true));
  },
};

/** Three linear maps. */
export const linearRegressor: CoefficientRegressor<tf.Tensor> = {
  name: 'linear',
  regress: (face) => ({ shape: project(face, 5, 2), pose: project(face, 3, 3), expression: project(face, 4, 4) }),
};
