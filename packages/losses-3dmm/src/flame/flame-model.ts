/**
 * FLAME in the role of a morphable model: blend shapes, then linear blend skinning. A shaped head tells where its joints are; each
 * joint turns what hangs on it; corrections keep the skin in shape; every vertex follows its joints by its weights
 * (Loper et al. 2015, "SMPL").
 *
 * Departure: rotations of vanishing angles come from a series and not from an epsilon in the angle.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError, bindAxes } from '@mfim/tensor-contracts';
import type { MorphableModel } from '@mfim/tensor-contracts';
import { linearModelParameters, linearMorphableModel } from '../morphable/linear-morphable-model.ts';
import type { LinearModelParameters } from '../morphable/linear-morphable-model.ts';
import { axisAngleRotations } from '../morphable/rotations.ts';
import type { FlameBasis } from './flame-basis.ts';

/** Entries of a rotation matrix. */
const ENTRIES = 9;

/** The basis as tensors; whoever makes them disposes of them. */
export interface FlameParameters {
  readonly shapes: LinearModelParameters;
  /** [1, joints, vertices]. */
  readonly jointRegressor: tf.Tensor3D;
  /** [1, vertices, joints]. */
  readonly skinWeights: tf.Tensor3D;
  /** [9 * (joints - 1), vertices * 3]. */
  readonly corrections: tf.Tensor2D;
}

/** @throws InputError when the arrays do not fit together */
export function flameParameters(basis: FlameBasis): FlameParameters {
  const joints = basis.parents.length;
  const width = basis.mean.length;
  const vertices = width / 3;
  const sizes = [basis.jointRegressor.length, basis.skinWeights.length, basis.corrections.length];
  const wanted = [joints * vertices, vertices * joints, ENTRIES * (joints - 1) * width];
  if (sizes.join() !== wanted.join()) {
    const got = `${sizes.join(', ')} numbers`;
    throw new InputError({ where: 'flameParameters', expected: `regressor, weights and corrections of ${wanted.join(', ')} numbers`, got, remedy: 'pass arrays of one model' });
  }
  return {
    shapes: linearModelParameters(basis),
    jointRegressor: tf.tensor3d(basis.jointRegressor, [1, joints, vertices]),
    skinWeights: tf.tensor3d(basis.skinWeights, [1, vertices, joints]),
    corrections: tf.tensor2d(basis.corrections, [ENTRIES * (joints - 1), width]),
  };
}

/** Where each joint takes what hangs on it: rotation [batch, 3, 3] and translation [batch, 1, 3]. */
interface JointMotion {
  readonly rotation: tf.Tensor3D;
  readonly translation: tf.Tensor3D;
}

/** v R^T, for rows v. */
const turned = (rows: tf.Tensor3D, rotation: tf.Tensor3D): tf.Tensor3D => tf.matMul(rows, rotation, false, true);

/** Motions along the tree; `rest` are the joints of the head at rest, each [batch, 1, 3]. */
function jointMotions(turns: readonly tf.Tensor3D[], rest: readonly tf.Tensor3D[], parents: readonly number[]): readonly JointMotion[] {
  const posed: { readonly rotation: tf.Tensor3D; readonly place: tf.Tensor3D }[] = [];
  for (const [joint, turn] of turns.entries()) {
    const above = posed[parents[joint]!];
    const here = rest[joint]!;
    if (above === undefined) posed.push({ rotation: turn, place: here });
    else {
      const place = tf.add<tf.Tensor3D>(turned(tf.sub(here, rest[parents[joint]!]!), above.rotation), above.place);
      posed.push({ rotation: tf.matMul(above.rotation, turn), place });
    }
  }
  return posed.map(({ rotation, place }, joint) => ({ rotation, translation: tf.sub(place, turned(rest[joint]!, rotation)) }));
}

/** Weighted motions of the vertices: sum_j w_j (R_j v + t_j). */
function skinned(vertices: tf.Tensor3D, motions: readonly JointMotion[], weights: tf.Tensor3D): tf.Tensor3D {
  const [batch, count] = vertices.shape;
  const rotations = tf.stack(motions.map(({ rotation }) => tf.reshape(rotation, [batch, ENTRIES])), 1) as tf.Tensor3D;
  const translations = tf.concat(motions.map(({ translation }) => translation), 1);
  const matrices = tf.reshape(tf.matMul(weights, rotations), [batch, count, 3, 3]);
  const rotated = tf.sum<tf.Tensor3D>(tf.mul(matrices, tf.expandDims(vertices, 2)), 3);
  return tf.add(rotated, tf.matMul(weights, translations));
}

/**
 * The model, differentiable by its coefficients. `joints` [batch, 15] are axis-angle vectors of root, neck, jaw, left and right eye;
 * without them the head is at rest.
 *
 * @param parameters of `flameParameters(basis)`
 * @returns its methods throw ShapeErrors where the widths are not those of the basis
 */
export function flameModel(basis: FlameBasis, parameters: FlameParameters): MorphableModel<tf.Tensor> {
  const linear = linearMorphableModel(basis, parameters.shapes);
  const jointCount = basis.parents.length;
  const { jointRegressor, skinWeights, corrections } = parameters;
  return {
    ...linear,
    widths: { ...linear.widths, joints: 3 * jointCount },
    vertices: ({ identity, expression, joints }) => {
      const shaped = linear.vertices({ identity, expression }) as tf.Tensor3D;
      if (joints === undefined) return shaped;
      const batch = bindAxes(basis.name, { identity, joints }, { identity: 'batch modes', joints: `batch ${3 * jointCount}` }).get('batch')!;
      const rest = tf.split(tf.matMul(jointRegressor, shaped), jointCount, 1) as tf.Tensor3D[];
      const turns = tf.reshape(axisAngleRotations(tf.reshape(joints, [batch * jointCount, 3])), [batch, jointCount, 3, 3]);
      const changes = tf.reshape(tf.sub(tf.slice(turns, [0, 1, 0, 0], [batch, jointCount - 1, 3, 3]), tf.eye(3)), [batch, ENTRIES * (jointCount - 1)]);
      const corrected = tf.add<tf.Tensor3D>(shaped, tf.reshape(tf.matMul(changes as tf.Tensor2D, corrections), shaped.shape));
      const each = tf.split(turns, jointCount, 1).map((turn) => tf.reshape(turn, [batch, 3, 3]) as tf.Tensor3D);
      return skinned(corrected, jointMotions(each, rest, basis.parents), skinWeights);
    },
  };
}
