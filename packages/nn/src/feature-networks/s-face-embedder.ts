/** SFace in the role of an identity embedder: crop, then embed. */
import type * as tf from '@tensorflow/tfjs-core';
import type { IdentityEmbedder } from '@mfim/tensor-contracts';
import { arcFaceCrop } from './arc-face-crop.ts';
import { sFace } from './s-face.ts';
import type { SFaceParameters } from './s-face.ts';

/** Embeds FFHQ-aligned faces of any size, [batch, size, size, 3] in [-1, 1], as [batch, 128]. */
export function sFaceEmbedder(parameters: SFaceParameters): IdentityEmbedder<tf.Tensor> {
  return {
    name: 'sface',
    embed: (image) => sFace(parameters, arcFaceCrop(image)),
  };
}
