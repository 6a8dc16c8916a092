/** 3DDFA_V2 in the role of a coefficient regressor: crop, then regress. */
import * as tf from '@tensorflow/tfjs-core';
import type { CoefficientRegressor } from '@mfim/tensor-contracts';
import { COEFFICIENT_WIDTHS, coefficientNetwork, foldCoefficientNetwork } from './coefficient-network.ts';
import type { CoefficientNetworkParameters } from './coefficient-network.ts';
import { threeDdfaCrop } from './three-ddfa-crop.ts';

/** A regressor that says how wide its parts are. */
export interface ThreeDdfaRegressor extends CoefficientRegressor<tf.Tensor> {
  readonly widths: typeof COEFFICIENT_WIDTHS;
}

/**
 * Regresses FFHQ-aligned faces of any size, [batch, size, size, 3] in [-1, 1]: normalised shape [batch, 40],
 * pose [batch, 12], expression [batch, 10].
 *
 * @param parameters of `coefficientNetworkParameters`; read once, here
 */
export function threeDdfaRegressor(parameters: CoefficientNetworkParameters): ThreeDdfaRegressor {
  const network = tf.tidy(() => foldCoefficientNetwork(parameters) as never) as ReturnType<typeof foldCoefficientNetwork>;
  return {
    name: '3ddfa-v2-mobilenet',
    widths: COEFFICIENT_WIDTHS,
    regress: (image) => coefficientNetwork(network, threeDdfaCrop(image)),
  };
}
