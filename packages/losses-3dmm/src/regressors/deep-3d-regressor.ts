/**
 * The regressor of Deep3DFaceRecon_pytorch (Deng et al. 2019): ResNet-50 and one linear head for each part, 257 numbers in the basis
 * of the Basel Face Model, which is for academic use only; whoever has the weights brings them.
 *
 * Departure: the input is RGB in [-1, 1]; its [0, 1] is applied inside.
 */
import * as tf from '@tensorflow/tfjs-core';
import { RES_NET_50, constantSpec, foldNorms, foldedParameters, normalSpec, resNet, resNetFeatures, resNetSpec } from '@mfim/nn';
import type { ResNetParameters, ResNetSize, WeightState } from '@mfim/nn';
import { bindAxes } from '@mfim/tensor-contracts';
import { RES_NET_FACE_SIZE } from './deca-regressor.ts';
import type { Parts } from './split-parts.ts';

/** The heads in their order: angles in radians, light as 9 spherical harmonics of 3 colours, `plane` and `depth` the translation. */
const HEAD_WIDTHS = { shape: 80, expression: 64, texture: 80, angles: 3, light: 27, plane: 2, depth: 1 } as const;

/** How many numbers each part has. */
export const DEEP_3D_WIDTHS = { shape: 80, expression: 64, texture: 80, angles: 3, light: 27, translation: 3 } as const;

type HeadName = keyof typeof HEAD_WIDTHS;

/** What `deep3dCoefficients` reads. */
export interface Deep3dParameters {
  readonly trunk: ResNetParameters;
  /** Weight [features, width]. */
  readonly heads: Readonly<Record<HeadName, { readonly weight: tf.Tensor; readonly bias: tf.Tensor }>>;
}

/** Specification as the weights are imported. */
export function deep3dSpec(size: ResNetSize = RES_NET_50) {
  const features = resNetFeatures(size);
  const headSpec = (width: number) => ({ weight: normalSpec([features, width], Math.sqrt(1 / features)), bias: constantSpec([width], 0) });
  const heads = Object.fromEntries(Object.entries(HEAD_WIDTHS).map(([name, width]) => [name, headSpec(width)]));
  return { trunk: resNetSpec(size), heads: heads as Record<HeadName, ReturnType<typeof headSpec>> };
}

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function deep3dParameters(state: WeightState, size: ResNetSize = RES_NET_50): Deep3dParameters {
  return foldedParameters(deep3dSpec(size), state, ({ trunk, heads }) => ({ trunk: foldNorms(trunk) as ResNetParameters, heads }));
}

/**
 * Coefficients of faces; differentiable with respect to the face.
 *
 * @param face [batch, 224, 224, 3], RGB in [-1, 1], in the framing of Deep3DFaceRecon
 * @returns the parts, each [batch, width]
 * @throws ShapeError when the face has another size.
 */
export function deep3dCoefficients({ trunk, heads }: Deep3dParameters, face: tf.Tensor): Parts<typeof DEEP_3D_WIDTHS> {
  bindAxes('deep3dCoefficients', { face }, { face: `batch ${RES_NET_FACE_SIZE} ${RES_NET_FACE_SIZE} 3` });
  const features = resNet(trunk, tf.mul(tf.add(face, 1), 1 / 2));
  const part = (name: HeadName): tf.Tensor => tf.add(tf.matMul(features, heads[name].weight as tf.Tensor2D), heads[name].bias);
  const translation = tf.concat([part('plane'), part('depth')], 1);
  return { shape: part('shape'), expression: part('expression'), texture: part('texture'), angles: part('angles'), light: part('light'), translation };
}
