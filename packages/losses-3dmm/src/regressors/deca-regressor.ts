/**
 * DECA's coarse encoder (Feng et al. 2021): ResNet-50, two linear layers, 236 numbers that FLAME, a camera and a light read. Its
 * weights are under a non-commercial licence; whoever has them brings them.
 *
 * Departure: the input is RGB in [-1, 1]; DECA's [0, 1] is applied inside.
 */
import * as tf from '@tensorflow/tfjs-core';
import { RES_NET_50, constantSpec, foldNorms, foldedParameters, normalSpec, resNet, resNetFeatures, resNetSpec } from '@mfim/nn';
import type { ResNetParameters, ResNetSize, WeightState } from '@mfim/nn';
import { bindAxes } from '@mfim/tensor-contracts';
import { splitParts } from './split-parts.ts';
import type { Parts } from './split-parts.ts';

/** Side of the face that DECA and Deep3DFaceRecon read, in pixels. */
export const RES_NET_FACE_SIZE = 224;

/**
 * How many numbers each part has, in DECA's order. Pose: rotation of the head and of the jaw, axis-angle. Camera: scale and
 * translation of a weak perspective. Light: 9 spherical harmonics of 3 colours.
 */
export const DECA_WIDTHS = { shape: 100, texture: 50, expression: 50, pose: 6, camera: 3, light: 27 } as const;

const HIDDEN = 1024;

interface LinearLayer {
  /** [in, out] */
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** What `decaCoefficients` reads. */
export interface DecaParameters {
  readonly trunk: ResNetParameters;
  readonly hidden: LinearLayer;
  readonly output: LinearLayer;
}

function linearSpec(input: number, output: number) {
  return { weight: normalSpec([input, output], Math.sqrt(2 / input)), bias: constantSpec([output], 0) };
}

/**
 * Specification as the weights are imported.
 *
 * @param hidden width of the layer between, for tests
 */
export function decaSpec(size: ResNetSize = RES_NET_50, hidden: number = HIDDEN) {
  const outputs = Object.values(DECA_WIDTHS).reduce((sum, width) => sum + width, 0);
  return { trunk: resNetSpec(size), hidden: linearSpec(resNetFeatures(size), hidden), output: linearSpec(hidden, outputs) };
}

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function decaParameters(state: WeightState, size: ResNetSize = RES_NET_50, hidden: number = HIDDEN): DecaParameters {
  return foldedParameters(decaSpec(size, hidden), state, ({ trunk, ...layers }) => ({ trunk: foldNorms(trunk) as ResNetParameters, ...layers }));
}

const linear = (x: tf.Tensor2D, { weight, bias }: LinearLayer): tf.Tensor2D => tf.add(tf.matMul(x, weight as tf.Tensor2D), bias);

/**
 * DECA's numbers of faces; differentiable with respect to the face.
 *
 * @param face [batch, 224, 224, 3], RGB in [-1, 1], in DECA's framing
 * @returns the parts, each [batch, width]
 * @throws ShapeError when the face has another size.
 */
export function decaCoefficients({ trunk, hidden, output }: DecaParameters, face: tf.Tensor): Parts<typeof DECA_WIDTHS> {
  bindAxes('decaCoefficients', { face }, { face: `batch ${RES_NET_FACE_SIZE} ${RES_NET_FACE_SIZE} 3` });
  const features = resNet(trunk, tf.mul(tf.add(face, 1), 1 / 2));
  return splitParts(linear(tf.relu(linear(features, hidden)), output), DECA_WIDTHS);
}
