/** The regressor as it is trained, one flat vector, and the head that judges it: landmarks and points of the face as a linear model. */
import { HEAD_GROUPS, landmarkBasis, landmarksAtVertices } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import { linearModelParameters, linearMorphableModel, modeVariances, narrowBasis, openFaceSpec } from '@mfim/losses-3dmm';
import type { OpenFaceSize } from '@mfim/losses-3dmm';
import { seededNormal } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import type { MorphableBasis, MorphableModel } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { flatNetwork } from '../model/flat-network.ts';
import type { FlatNetwork } from '../model/flat-network.ts';
import type { RegressionConfig } from './regression-config.ts';

/** Landmarks that stand first among the points. */
export const LANDMARKS = 68;

/** What judges: 68 landmarks, then points of the face, from coefficients. */
export interface JudgingHead {
  /** Of all modes, for labels. */
  readonly whole: MorphableModel<tf.Tensor>;
  /** Of the modes that are predicted. */
  readonly narrow: MorphableModel<tf.Tensor>;
  /** How much each predicted mode moves; their mean is 1. */
  readonly variances: readonly number[];
}

/** Everything that stays the same from step to step. */
export interface RegressionModel {
  readonly size: OpenFaceSize;
  readonly network: FlatNetwork<ReturnType<typeof openFaceSpec>>;
  readonly head: JudgingHead;
}

/** Vertices of the skin, evenly taken. */
function facePoints({ basis, triangleGroups }: HeadModel, count: number): readonly number[] {
  const skin = HEAD_GROUPS.indexOf('face');
  const vertices = [...new Set(basis.triangles.filter((_, corner) => triangleGroups[Math.floor(corner / 3)] === skin))].toSorted((a, b) => a - b);
  if (count <= vertices.length) return Array.from({ length: count }, (_, index) => vertices[Math.floor((index * vertices.length) / count)]!);
  throw new InputError({ where: 'points', expected: `at most ${vertices.length}, the vertices of the face`, got: String(count), remedy: 'ask for fewer' });
}

function linear(basis: MorphableBasis): MorphableModel<tf.Tensor> {
  return linearMorphableModel(basis, linearModelParameters(basis));
}

/** The 68 landmarks, then so many points of the face. @throws InputError when the head has fewer vertices */
export function judgingBasis(model: HeadModel, points: number): MorphableBasis {
  const { landmarks } = model.basis;
  const surface = landmarksAtVertices(facePoints(model, points));
  return landmarkBasis(model.basis, {
    vertices: Int32Array.of(...landmarks.vertices, ...surface.vertices),
    weights: Float32Array.of(...landmarks.weights, ...surface.weights),
  });
}

/**
 * @param identity how many modes are predicted
 * @throws InputError when the head has fewer modes or vertices
 */
export function judgingHead(model: HeadModel, { points, identity }: { readonly points: number; readonly identity: number }): JudgingHead {
  const { expressionNames } = model;
  const reduced = judgingBasis(model, points);
  const narrow = narrowBasis(reduced, { identity, expression: expressionNames.length });
  return { whole: linear(reduced), narrow: linear(narrow), variances: modeVariances(narrow.identity, narrow.mean.length, identity) };
}

/** A fresh network, seeded. @throws InputError as `judgingHead` */
export function createRegressionModel(config: Pick<RegressionConfig, 'network' | 'points' | 'seed'>, model: HeadModel): { readonly model: RegressionModel; readonly flat: tf.Tensor } {
  const { input, width, identity } = config.network;
  const head = judgingHead(model, { points: config.points, identity });
  const size = { input, width, identity, expression: model.expressionNames.length };
  const { network, flat } = flatNetwork(openFaceSpec(size), seededNormal(config.seed));
  return { model: { size, network, head }, flat };
}
