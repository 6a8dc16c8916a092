/**
 * HopeNet (Ruiz et al. 2018, deep-head-pose): ResNet-50 and, for each angle, a classification into 66 bins of 3 degrees from -99,
 * whose expected value is the angle. The logits themselves are what "pose-HN" compares.
 */
import * as tf from '@tensorflow/tfjs-core';
import { RES_NET_50, foldNorms, foldedParameters, normalSpec, constantSpec, resNet, resNetFeatures, resNetSpec } from '@mfim/nn';
import type { ResNetParameters, ResNetSize, WeightState } from '@mfim/nn';
import { bindAxes } from '@mfim/tensor-contracts';
import { POSE_INPUT_SIZE, normaliseFace } from './normalise-face.ts';

const BINS = 66;
const DEGREES_A_BIN = 3;
const FIRST_BIN = -99;

/** In the order of deep-head-pose. */
export const POSE_ANGLES = ['yaw', 'pitch', 'roll'] as const;

/** One value for each angle. */
export type PoseAngles<Value> = Readonly<Record<(typeof POSE_ANGLES)[number], Value>>;

interface HeadParameters {
  /** [features, 66] */
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** What `hopeNet` reads. */
export interface HopeNetParameters {
  readonly trunk: ResNetParameters;
  readonly heads: PoseAngles<HeadParameters>;
}

function headSpec(features: number) {
  return { weight: normalSpec([features, BINS], Math.sqrt(1 / features)), bias: constantSpec([BINS], 0) };
}

/** Specification as the weights are imported. */
export function hopeNetSpec(size: ResNetSize = RES_NET_50) {
  const features = resNetFeatures(size);
  return { trunk: resNetSpec(size), heads: { yaw: headSpec(features), pitch: headSpec(features), roll: headSpec(features) } };
}

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function hopeNetParameters(state: WeightState, size: ResNetSize = RES_NET_50): HopeNetParameters {
  return foldedParameters(hopeNetSpec(size), state, ({ trunk, heads }) => ({ trunk: foldNorms(trunk) as ResNetParameters, heads }));
}

/**
 * Logits of the bins.
 *
 * @param face [batch, 224, 224, 3], RGB in [-1, 1]
 * @returns [batch, 66] of each angle
 * @throws ShapeError when the face has another size.
 */
export function hopeNet({ trunk, heads }: HopeNetParameters, face: tf.Tensor): PoseAngles<tf.Tensor2D> {
  bindAxes('hopeNet', { face }, { face: `batch ${POSE_INPUT_SIZE} ${POSE_INPUT_SIZE} 3` });
  const features = resNet(trunk, normaliseFace(face));
  const logits = ({ weight, bias }: HeadParameters): tf.Tensor2D => tf.add(tf.matMul(features, weight as tf.Tensor2D), bias);
  return { yaw: logits(heads.yaw), pitch: logits(heads.pitch), roll: logits(heads.roll) };
}

/** The angle that logits [batch, 66] expect, in degrees, [batch]. */
export function expectedDegrees(logits: tf.Tensor2D): tf.Tensor1D {
  const bins = tf.tensor1d(Array.from({ length: BINS }, (_, bin) => bin * DEGREES_A_BIN + FIRST_BIN));
  return tf.sum(tf.mul(tf.softmax(logits), bins), 1);
}
