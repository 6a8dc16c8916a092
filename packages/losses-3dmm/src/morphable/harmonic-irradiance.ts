/** Light on matt surfaces from nine spherical harmonics: the twin of `irradiance` of @mfim/face3d, where order and factors are described. */
import * as tf from '@tensorflow/tfjs-core';
import { HARMONIC_FACTORS } from '@mfim/face3d';
import { bindAxes } from '@mfim/tensor-contracts';

/**
 * @param normals [batch, points, 3], of length 1
 * @param light [batch, 9, 3]: what each harmonic has of red, green, blue
 * @returns [batch, points, 3]
 */
export function harmonicIrradiance(normals: tf.Tensor, light: tf.Tensor): tf.Tensor3D {
  bindAxes('harmonicIrradiance', { normals, light }, { normals: 'batch points 3', light: `batch ${HARMONIC_FACTORS.length} 3` });
  const [x, y, z] = tf.split(normals, 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const polar = tf.sub(tf.mul(3, tf.square(z)), 1);
  const equator = tf.sub(tf.square(x), tf.square(y));
  const polynomials = [tf.onesLike(x), y, z, x, tf.mul(x, y), tf.mul(y, z), polar, tf.mul(x, z), equator];
  const values = tf.mul(tf.concat(polynomials, 2), tf.tensor1d(HARMONIC_FACTORS as number[]));
  return tf.matMul(values as tf.Tensor3D, light as tf.Tensor3D);
}
