/** ArcFace's IR-SE50, which pSp and e4e judge identity by. */
import { irSeNet, irSeNetKeyMap, irSeNetParameters, irSeNetSpec } from '@mfim/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { networkKind } from '../network-kind.ts';

/** Golden files: `image` [batch, 112, 112, 3] in [-1, 1] to `embedding` [batch, 512]. */
export const arcfaceKind = networkKind({
  name: 'arcface-irse50',
  brief: 'ArcFace IR-SE50: identity, 512 numbers',
  origins: ['InsightFace_Pytorch model_ir_se50.pth'],
  forms: () => [{ map: irSeNetKeyMap(), spec: irSeNetSpec() }],
  network: ({ tensors }) => {
    const parameters = irSeNetParameters(tensors);
    return ({ image }) => ({ embedding: irSeNet(parameters, image as tf.Tensor) });
  },
});
