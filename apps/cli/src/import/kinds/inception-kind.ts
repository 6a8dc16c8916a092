/** The Inception that the Frechet inception distance is defined by. */
import { INCEPTION_KEY_MAP, inception, inceptionParameters, inceptionSpec } from '@mfim/metrics';
import type * as tf from '@tensorflow/tfjs-core';
import { networkKind } from '../network-kind.ts';

/** Golden files: `image` [batch, height, width, 3] in [-1, 1] to `features` [batch, 2048]. */
export const inceptionKind = networkKind({
  name: 'inception-fid',
  brief: 'Inception of FID: 2048 features',
  origins: ['pytorch-fid pt_inception-2015-12-05-6726825d.pth'],
  forms: () => [{ map: INCEPTION_KEY_MAP, spec: inceptionSpec() }],
  network: ({ tensors }) => {
    const parameters = inceptionParameters(tensors);
    return ({ image }) => ({ features: inception(parameters, image as tf.Tensor) });
  },
});
