/** Regressors of 3DMM coefficients: 3DDFA_V2's, DECA's coarse encoder, Deep3DFaceRecon's. */
import { COEFFICIENT_NETWORK_KEY_MAP, coefficientNetwork, foldCoefficientNetwork, coefficientNetworkSpec, importedCoefficientNetwork } from '@mfim/losses-3dmm';
import { DECA_KEY_MAP, DEEP_3D_KEY_MAP, decaCoefficients, decaParameters, decaSpec, deep3dCoefficients, deep3dParameters, deep3dSpec } from '@mfim/losses-3dmm';
import type * as tf from '@tensorflow/tfjs-core';
import { networkKind } from '../network-kind.ts';

/** Width multipliers of the published files. */
const THREE_DDFA_WIDTHS = [0.5, 1];

/** Golden files: `image` [batch, 120, 120, 3] in [-1, 1] to `shape`, `pose`, `expression`, normalised. */
export const threeDdfaKind = networkKind({
  name: '3ddfa-v2',
  brief: "3DDFA_V2's regressor: coefficients of the Basel Face Model",
  origins: ['mb05_120x120.pth', 'mb1_120x120.pth'],
  forms: () => THREE_DDFA_WIDTHS.map((width) => ({ map: COEFFICIENT_NETWORK_KEY_MAP, spec: coefficientNetworkSpec(width), config: { width } })),
  network: ({ tensors, config }) => {
    const parameters = importedCoefficientNetwork(tensors, config['width'] as number);
    return ({ image }) => ({ ...coefficientNetwork(foldCoefficientNetwork(parameters), image as tf.Tensor) });
  },
});

/** Golden files: `image` [batch, 224, 224, 3] in [-1, 1] to `shape`, `texture`, `expression`, `pose`, `camera`, `light`. */
export const decaKind = networkKind({
  name: 'deca',
  brief: "DECA's coarse encoder: FLAME coefficients, camera and light",
  origins: ['deca_model.tar'],
  forms: () => [{ map: DECA_KEY_MAP, spec: decaSpec() }],
  network: ({ tensors }) => {
    const parameters = decaParameters(tensors);
    return ({ image }) => ({ ...decaCoefficients(parameters, image as tf.Tensor) });
  },
});

/** Golden files: `image` [batch, 224, 224, 3] in [-1, 1] to `shape`, `expression`, `texture`, `angles`, `light`, `translation`. */
export const deep3dKind = networkKind({
  name: 'deep3d',
  brief: "Deep3DFaceRecon's regressor: coefficients of the Basel Face Model",
  origins: ['Deep3DFaceRecon_pytorch epoch_20.pth'],
  forms: () => [{ map: DEEP_3D_KEY_MAP, spec: deep3dSpec() }],
  network: ({ tensors }) => {
    const parameters = deep3dParameters(tensors);
    return ({ image }) => ({ ...deep3dCoefficients(parameters, image as tf.Tensor) });
  },
});
