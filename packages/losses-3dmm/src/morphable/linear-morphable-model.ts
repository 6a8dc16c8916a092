/**
 * A linear morphable model in the role of `MorphableModel`: v = mean + sum a_i identity_i + sum b_j expression_j, as two matrix
 * products. BFM and ICT are data for it (FLAME also turns joints). With `landmarkBasis` of @mfim/face3d the mesh is 68 points
 * and the products a thousandth as long.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError, bindAxes } from '@mfim/tensor-contracts';
import type { MorphableBasis, MorphableModel } from '@mfim/tensor-contracts';

/** The basis as tensors; whoever makes them disposes of them. */
export interface LinearModelParameters {
  /** [1, vertices * 3]. */
  readonly mean: tf.Tensor2D;
  /** [modes, vertices * 3]. */
  readonly identity: tf.Tensor2D;
  readonly expression: tf.Tensor2D;
}

/** @throws InputError when the modes do not fit the mean */
export function linearModelParameters({ mean, identity, expression }: MorphableBasis): LinearModelParameters {
  const width = mean.length;
  if (width === 0 || width % 3 !== 0 || identity.length % width !== 0 || expression.length % width !== 0) {
    throw new InputError({
      where: 'linearModelParameters',
      expected: 'mean as [vertices, 3], modes as [modes, vertices, 3]',
      got: `${width}, ${identity.length} and ${expression.length} numbers`,
      remedy: 'pass arrays of one model',
    });
  }
  return {
    mean: tf.tensor2d(mean, [1, width]),
    identity: tf.tensor2d(identity, [identity.length / width, width]),
    expression: tf.tensor2d(expression, [expression.length / width, width]),
  };
}

/** Weighted sums of the corners of each landmark's triangle: [batch, vertices, 3] to [batch, landmarks, 3]. */
function landmarksOf(vertices: tf.Tensor, { landmarks }: MorphableBasis): tf.Tensor {
  const count = landmarks.weights.length / 3;
  const [batch] = vertices.shape;
  const corners = tf.gather(vertices, tf.tensor1d(landmarks.vertices, 'int32'), 1);
  const weights = tf.tensor(landmarks.weights, [1, count, 3, 1]);
  return tf.sum(tf.mul(tf.reshape(corners, [batch!, count, 3, 3]), weights), 2);
}

/**
 * The model, differentiable by its coefficients.
 *
 * @param parameters of `linearModelParameters(basis)`
 * @returns its methods throw ShapeErrors where the widths are not those of the basis, and an InputError for joints
 */
export function linearMorphableModel(basis: MorphableBasis, parameters: LinearModelParameters): MorphableModel<tf.Tensor> {
  const widths = { identity: parameters.identity.shape[0], expression: parameters.expression.shape[0], joints: 0 };
  const vertexCount = basis.mean.length / 3;
  const { name, triangles, millimetresPerUnit } = basis;
  return {
    name,
    vertexCount,
    widths,
    triangles,
    millimetresPerUnit,
    vertices: ({ identity, expression, joints }) => {
      bindAxes(name, { identity, expression }, { identity: `batch ${widths.identity}`, expression: `batch ${widths.expression}` });
      if (joints !== undefined) throw new InputError({ where: name, expected: 'no joints', got: `some, [${joints.shape.join(', ')}]`, remedy: 'turn the head as a whole, or take FLAME' });
      const moved = tf.add(tf.matMul(identity as tf.Tensor2D, parameters.identity), tf.matMul(expression as tf.Tensor2D, parameters.expression));
      return tf.reshape(tf.add(moved, parameters.mean), [identity.shape[0]!, vertexCount, 3]);
    },
    landmarks: (vertices) => {
      bindAxes(name, { vertices }, { vertices: `batch ${vertexCount} 3` });
      return landmarksOf(vertices, basis);
    },
  };
}
