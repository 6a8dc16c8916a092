/** MobileFaceNet in the role of an identity embedder: crop, then embed. */
import type * as tf from '@tensorflow/tfjs-core';
import type { IdentityEmbedder } from '@mfim/tensor-contracts';
import { arcFaceCrop } from './arc-face-crop.ts';
import { mobileFaceNet } from './mobile-face-net.ts';
import type { MobileFaceNetParameters } from './mobile-face-net.ts';

/** Embeds FFHQ-aligned faces of any size, [batch, size, size, 3] in [-1, 1], as [batch, 128]. */
export function mobileFaceNetEmbedder(parameters: MobileFaceNetParameters): IdentityEmbedder<tf.Tensor> {
  return {
    name: 'mobilefacenet-128',
    embed: (image) => mobileFaceNet(parameters, arcFaceCrop(image)),
  };
}
