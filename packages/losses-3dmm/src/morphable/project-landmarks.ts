/** From the coefficients of a batch of faces to their 68 landmarks on the picture; differentiable by all of them. */
import type * as tf from '@tensorflow/tfjs-core';
import type { MorphableCoefficients, MorphableModel } from '@mfim/tensor-contracts';
import { placePoints, projectPoints } from './cameras.ts';
import type { Camera, Placement } from './cameras.ts';

/** Where the faces are, and who looks. */
export interface View extends Placement {
  readonly camera: Camera;
}

/** @returns [batch, 68, 2] in pixels, x to the right, y down */
export function projectLandmarks(model: MorphableModel<tf.Tensor>, coefficients: MorphableCoefficients<tf.Tensor>, view: View): tf.Tensor3D {
  return projectPoints(placePoints(model.landmarks(model.vertices(coefficients)), view), view.camera);
}
