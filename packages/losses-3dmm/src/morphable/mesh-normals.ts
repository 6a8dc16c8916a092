/** Unit normals of a batch of meshes, each vertex the area-weighted mean of its triangles: the twin of `vertexNormals` of @mfim/face3d. */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { crossProduct } from './cross-product.ts';
import { unitVectors } from './unit-vectors.ts';

/**
 * @param vertices [batch, vertices, 3]
 * @param triangles [triangles, 3], counter-clockwise seen from outside
 * @returns [batch, vertices, 3]; 0 at vertices without triangles
 */
export function meshNormals(vertices: tf.Tensor, triangles: Int32Array): tf.Tensor3D {
  const sizes = bindAxes('meshNormals', { vertices }, { vertices: 'batch vertices 3' });
  const corners = [0, 1, 2].map((corner) => tf.tensor1d(triangles.filter((_, at) => at % 3 === corner), 'int32'));
  const [a, b, c] = corners.map((indices) => tf.gather(vertices, indices, 1)) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const faces = tf.transpose(crossProduct(tf.sub(b, a), tf.sub(c, a)), [1, 0, 2]);
  // Every corner gathers the whole normal of its triangle.
  const sums = tf.unsortedSegmentSum(tf.concat([faces, faces, faces], 0), tf.concat(corners) as tf.Tensor1D, sizes.get('vertices')!);
  return unitVectors(tf.transpose(sums, [1, 0, 2])) as tf.Tensor3D;
}
