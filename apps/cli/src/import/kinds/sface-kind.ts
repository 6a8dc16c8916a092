/** SFace, by whose cosine results are judged: an ONNX file, of which the initialisers are read. */
import { S_FACE_KEY_MAP, sFace, sFaceParameters, sFaceSpec } from '@mfim/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { networkKind } from '../network-kind.ts';

/** Golden files: `image` [batch, 112, 112, 3] in [-1, 1] to `embedding` [batch, 128], of length 1. */
export const sfaceKind = networkKind({
  name: 'sface',
  brief: 'SFace: identity, 128 numbers',
  origins: ["OpenCV's face_recognition_sface_2021dec.onnx"],
  forms: () => [{ map: S_FACE_KEY_MAP, spec: sFaceSpec() }],
  network: ({ tensors }) => {
    const parameters = sFaceParameters(tensors);
    return ({ image }) => ({ embedding: sFace(parameters, image as tf.Tensor) });
  },
});
