/** MobileFaceNet, the identity network of our own training. */
import { toTheirs } from '@mfim/checkpoints';
import { MOBILE_FACE_NET_KEY_MAP, mobileFaceNet, mobileFaceNetParameters, mobileFaceNetSpec } from '@mfim/nn';
import type { WeightState } from '@mfim/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { networkKind } from '../network-kind.ts';

/** Golden files: `image` [batch, 112, 112, 3] in [-1, 1] to `embedding` [batch, 128]. */
export const mobilefacenetKind = networkKind({
  name: 'mobilefacenet',
  brief: 'MobileFaceNet: identity, 128 numbers',
  origins: ['MobileFaceNet .pt with ReLU6 and 128 numbers'],
  forms: () => [{ map: MOBILE_FACE_NET_KEY_MAP, spec: mobileFaceNetSpec() }],
  network: ({ tensors }) => {
    const parameters = mobileFaceNetParameters(toTheirs(tensors, MOBILE_FACE_NET_KEY_MAP) as WeightState);
    return ({ image }) => ({ embedding: mobileFaceNet(parameters, image as tf.Tensor) });
  },
});
