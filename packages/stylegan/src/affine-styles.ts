/** The affine layers: w (or W+) -> style codes, the way into S space from a latent. */
import type * as tf from '@tensorflow/tfjs-core';
import type { StyleTable } from '@mfim/tensor-contracts';
import { ShapeError } from '@mfim/tensor-contracts';
import { equalizedLinear } from '@mfim/nn';
import type { LinearParameters } from '@mfim/nn';
import { layerKey } from './generator-spec.ts';
import type { AffineParameters } from './generator-spec.ts';

/**
 * @param latents one w [batch, latent] for all layers, or one per W+ index (`table.latentCount`)
 * @returns style codes in table order, each [batch, width]
 */
export function affineStyles(
  parameters: AffineParameters,
  table: StyleTable,
  latents: readonly tf.Tensor[],
): readonly tf.Tensor[] {
  if (latents.length !== 1 && latents.length !== table.latentCount) {
    throw new ShapeError({
      where: 'affineStyles',
      expected: `1 or ${table.latentCount} latents`,
      got: String(latents.length),
      remedy: 'pass one w, or one for each W+ index of the table',
    });
  }
  return table.entries.map((entry) => {
    const affine = parameters[layerKey(entry)] as LinearParameters;
    return equalizedLinear(affine, (latents.length === 1 ? latents[0] : latents[entry.latentIndex]) as tf.Tensor);
  });
}
