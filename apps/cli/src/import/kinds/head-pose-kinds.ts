/** Head pose: HopeNet, and 6DRepNet as it is trained or deployed. */
import { HOPE_NET_KEY_MAP, SIX_D_REP_NET_KEY_MAPS, expectedDegrees, hopeNet, hopeNetParameters, hopeNetSpec, sixDRepNet, sixDRepNetParameters, sixDRepNetSpec } from '@mfim/metrics';
import type { RepVggForm } from '@mfim/metrics';
import * as tf from '@tensorflow/tfjs-core';
import { networkKind } from '../network-kind.ts';

/** Golden files: `image` [batch, 224, 224, 3] in [-1, 1] to `yaw`, `pitch`, `roll`, logits [batch, 66], and `degrees` [batch, 3] in this order. */
export const hopenetKind = networkKind({
  name: 'hopenet',
  brief: 'HopeNet: yaw, pitch and roll in 66 bins each',
  origins: ['deep-head-pose hopenet_*.pkl'],
  forms: () => [{ map: HOPE_NET_KEY_MAP, spec: hopeNetSpec() }],
  network: ({ tensors }) => {
    const parameters = hopeNetParameters(tensors);
    return ({ image }) => {
      const { yaw, pitch, roll } = hopeNet(parameters, image as tf.Tensor);
      return { yaw, pitch, roll, degrees: tf.stack([yaw, pitch, roll].map(expectedDegrees), 1) };
    };
  },
});

const FORMS: readonly RepVggForm[] = ['deployed', 'trained'];

/** Golden files: `image` [batch, 224, 224, 3] in [-1, 1] to `rotation` [batch, 3, 3]. */
export const sixDRepNetKind = networkKind({
  name: '6drepnet',
  brief: '6DRepNet: the rotation of a head',
  origins: ['6DRepNet_300W_LP_*.pth, trained or deployed'],
  forms: () => FORMS.map((form) => ({ map: SIX_D_REP_NET_KEY_MAPS[form], spec: sixDRepNetSpec(form), config: { form } })),
  network: ({ tensors, config }) => {
    const parameters = sixDRepNetParameters(tensors, config['form'] as RepVggForm);
    return ({ image }) => ({ rotation: sixDRepNet(parameters, image as tf.Tensor) });
  },
});
