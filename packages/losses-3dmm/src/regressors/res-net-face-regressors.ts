/**
 * DECA and Deep3DFaceRecon in the role of coefficient regressors: one fixed crop of FFHQ-aligned faces, then the network. The squares
 * are means over 149 portraits (README, "The framing"): DECA frames the box of 68 landmarks, 1.375 times the mean of its sides;
 * Deep3DFaceRecon scales by five points.
 */
import * as tf from '@tensorflow/tfjs-core';
import { fixedCrop } from '@mfim/nn';
import type { CropFraming } from '@mfim/nn';
import type { CoefficientRegressor } from '@mfim/tensor-contracts';
import { RES_NET_FACE_SIZE, decaCoefficients } from './deca-regressor.ts';
import type { DecaParameters } from './deca-regressor.ts';
import { deep3dCoefficients } from './deep-3d-regressor.ts';
import type { Deep3dParameters } from './deep-3d-regressor.ts';
import { squareFraming } from './square-framing.ts';

const DECA_FRAMING: CropFraming = /* @__PURE__ */ squareFraming({ centreX: 0.511, centreY: 0.659, side: 0.773 }, RES_NET_FACE_SIZE);
const DEEP_3D_FRAMING: CropFraming = /* @__PURE__ */ squareFraming({ centreX: 0.505, centreY: 0.577, side: 0.897 }, RES_NET_FACE_SIZE);

/** Rotation of the head; the jaw's follows it. */
const ROTATION = 3;

/**
 * Regresses FFHQ-aligned faces of any size, [batch, size, size, 3] in [-1, 1]: shape [batch, 100], pose [batch, 3] (axis-angle), expression
 * [batch, 53] (50, and the jaw's rotation).
 */
export function decaRegressor(parameters: DecaParameters): CoefficientRegressor<tf.Tensor> {
  return {
    name: 'deca',
    regress(image) {
      const { shape, pose, expression } = decaCoefficients(parameters, fixedCrop(DECA_FRAMING, image));
      const [rotation, jaw] = tf.split(pose, [ROTATION, ROTATION], 1) as [tf.Tensor, tf.Tensor];
      return { shape, pose: rotation, expression: tf.concat([expression, jaw], 1) };
    },
  };
}

/**
 * Regresses FFHQ-aligned faces of any size, [batch, size, size, 3] in [-1, 1]: shape [batch, 80], pose [batch, 6] (angles, translation),
 * expression [batch, 64].
 */
export function deep3dRegressor(parameters: Deep3dParameters): CoefficientRegressor<tf.Tensor> {
  return {
    name: 'deep3d',
    regress(image) {
      const { shape, expression, angles, translation } = deep3dCoefficients(parameters, fixedCrop(DEEP_3D_FRAMING, image));
      return { shape, pose: tf.concat([angles, translation], 1), expression };
    },
  };
}
