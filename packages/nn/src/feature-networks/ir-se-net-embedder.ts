/** ArcFace's IR-SE50 in the role of an identity embedder: crop, then embed. */
import type * as tf from '@tensorflow/tfjs-core';
import type { IdentityEmbedder } from '@mfim/tensor-contracts';
import { arcFaceCrop } from './arc-face-crop.ts';
import { irSeNet } from './ir-se-net.ts';
import type { IrSeNetParameters } from './ir-se-net.ts';

/** Embeds FFHQ-aligned faces of any size, [batch, size, size, 3] in [-1, 1], as [batch, 512]. */
export function irSeNetEmbedder(parameters: IrSeNetParameters): IdentityEmbedder<tf.Tensor> {
  return {
    name: 'arcface-irse50',
    embed: (image) => irSeNet(parameters, arcFaceCrop(image)),
  };
}
