/**
 * Rotation matrices from axis-angle, from six numbers and from Euler angles: the differentiable twins of @mfim/face3d's
 * `rotationFromAxisAngle`, `rotationFromSix` and `rotationFromEuler`, where axes and conventions are described.
 */
import * as tf from '@tensorflow/tfjs-core';
import { EULER_RULES } from '@mfim/face3d';
import type { EulerConvention } from '@mfim/face3d';
import { bindAxes } from '@mfim/tensor-contracts';
import { crossProduct } from './cross-product.ts';
import { unitVectors } from './unit-vectors.ts';

/** Squared angles below it use the series of sin(x)/x and (1 - cos x)/x^2, whose next terms are below 1e-9. */
const SMALL_SQUARE = 1e-3;

/** Nine columns [batch, 1] to [batch, 3, 3]. */
const matrices = (entries: readonly tf.Tensor[]): tf.Tensor3D => tf.reshape(tf.concat(entries as tf.Tensor[], 1), [-1, 3, 3]);

const columns = (tensor: tf.Tensor): tf.Tensor[] => tf.split(tensor, tensor.shape[1]!, 1);

/** K of each vector: K v = vector cross v. */
function crossMatrices(vectors: tf.Tensor): tf.Tensor3D {
  const [x, y, z] = columns(vectors) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const zero = tf.zerosLike(x);
  return matrices([zero, tf.neg(z), y, z, zero, tf.neg(x), tf.neg(y), x, zero]);
}

const weighted = (factor: tf.Tensor, matrix: tf.Tensor): tf.Tensor => tf.mul(tf.reshape(factor, [-1, 1, 1]), matrix);

/**
 * Rodrigues' formula, smooth through 0.
 *
 * @param vectors [batch, 3], axis times angle in radians
 * @returns [batch, 3, 3]
 */
export function axisAngleRotations(vectors: tf.Tensor): tf.Tensor3D {
  bindAxes('axisAngleRotations', { vectors }, { vectors: 'batch 3' });
  const square = tf.sum(tf.square(vectors), 1, true);
  const safe = tf.maximum(square, SMALL_SQUARE);
  const angle = tf.sqrt(safe);
  // 0 for small angles, 1 for others; a step has a gradient in tfjs, 0, where comparisons have none.
  const isLarge = tf.step(tf.sub(square, SMALL_SQUARE));
  const choose = (exact: tf.Tensor, ...terms: readonly [number, number, number]): tf.Tensor => {
    const series = tf.add(terms[0], tf.mul(square, tf.add(terms[1], tf.mul(square, terms[2]))));
    return tf.add(tf.mul(tf.sub(1, isLarge), series), tf.mul(isLarge, exact));
  };
  const sine = choose(tf.div(tf.sin(angle), angle), 1, -1 / 6, 1 / 120);
  const cosine = choose(tf.div(tf.sub(1, tf.cos(angle)), safe), 1 / 2, -1 / 24, 1 / 720);
  const cross = crossMatrices(vectors);
  return tf.add(tf.eye(3), tf.add(weighted(sine, cross), weighted(cosine, tf.matMul(cross, cross))));
}

/**
 * The continuous representation: two columns, made orthonormal.
 *
 * @param six [batch, 6]; parallel columns give a matrix that is not a rotation
 * @returns [batch, 3, 3]
 */
export function sixRotations(six: tf.Tensor): tf.Tensor3D {
  bindAxes('sixRotations', { six }, { six: 'batch 6' });
  const [first, second] = tf.split(six, 2, 1) as [tf.Tensor, tf.Tensor];
  const x = unitVectors(first);
  const z = unitVectors(crossProduct(x, second));
  return tf.stack([x, crossProduct(z, x), z], 2) as tf.Tensor3D;
}

/** Turns about one axis; `angles` [batch, 1]. */
function elementaryRotations(axis: 0 | 1 | 2, angles: tf.Tensor): tf.Tensor3D {
  const [cosine, sine, zero, one] = [tf.cos(angles), tf.sin(angles), tf.zerosLike(angles), tf.onesLike(angles)];
  const minus = tf.neg(sine);
  if (axis === 0) return matrices([one, zero, zero, zero, cosine, minus, zero, sine, cosine]);
  if (axis === 1) return matrices([cosine, zero, sine, zero, one, zero, minus, zero, cosine]);
  return matrices([cosine, minus, zero, sine, cosine, zero, zero, zero, one]);
}

/**
 * Pitch, yaw and roll in a convention.
 *
 * @param angles [batch, 3] in radians, in this order
 * @returns [batch, 3, 3]
 */
export function eulerRotations(convention: EulerConvention, angles: tf.Tensor): tf.Tensor3D {
  bindAxes('eulerRotations', { angles }, { angles: 'batch 3' });
  const { leftmost, signs } = EULER_RULES[convention];
  const [x, y, z] = columns(angles).map((angle, axis) => elementaryRotations(axis as 0 | 1 | 2, tf.mul(angle, signs[axis]!))) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  return leftmost === 2 ? tf.matMul(z, tf.matMul(y, x)) : tf.matMul(x, tf.matMul(y, z));
}
