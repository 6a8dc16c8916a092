/**
 * ArcFace's IR-SE50 (Deng et al. 2019; in PyTorch by InsightFace_Pytorch, whose weights pSp and e4e use for their identity
 * loss): a stem, 24 residual units with squeeze-excite, one linear layer, a vector of length 1. Batch normalisation in evaluation mode only.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { preluSpec, residualUnit, residualUnitSpec } from '../residual-unit.ts';
import type { ResidualUnitParameters } from '../residual-unit.ts';
import { biasedConv2d } from './biased-conv.ts';
import { foldNorms, foldedParameters, normedConvSpec } from './folded-norms.ts';
import { identityHead, identityHeadSpec } from './identity-head.ts';
import type { IdentityHeadParameters } from './identity-head.ts';
import type { ConvolutionParameters, WeightState } from './weight-state.ts';

/** How wide and deep the network is. */
export interface IrSeNetSize {
  /** Side of the face in pixels. */
  readonly side: number;
  /** Channels and units of each stage, which halves the sides first; the first stage is as wide as the stem. */
  readonly stages: readonly { readonly channels: number; readonly units: number }[];
  /** Length of the embedding. */
  readonly embedding: number;
}

/** IR-SE50. */
export const IR_SE_50: IrSeNetSize = {
  side: 112,
  stages: [
    { channels: 64, units: 3 },
    { channels: 128, units: 4 },
    { channels: 256, units: 14 },
    { channels: 512, units: 3 },
  ],
  embedding: 512,
};

/** Specification as the weights are imported: `stem`, `units.unit0` .., `head`. */
export function irSeNetSpec({ side, stages, embedding }: IrSeNetSize = IR_SE_50) {
  const units: Record<string, ReturnType<typeof residualUnitSpec>> = {};
  const stem = stages[0]?.channels ?? 0;
  let channels = stem;
  for (const stage of stages) {
    for (let index = 0; index < stage.units; index += 1) {
      units[`unit${Object.keys(units).length}`] = residualUnitSpec({ input: channels, output: stage.channels, stride: index === 0 ? 2 : 1 });
      channels = stage.channels;
    }
  }
  const window = side / 2 ** stages.length;
  return {
    stem: { ...normedConvSpec(3, 3, stem), slope: preluSpec(stem) },
    units,
    head: identityHeadSpec(window * window, channels, embedding),
  };
}

/** What `irSeNet` reads. */
export type IrSeNetParameters = {
  readonly stem: ConvolutionParameters & { readonly slope: tf.Tensor };
  /** `unit0` .. `unit23` */
  readonly units: { readonly [name: string]: ResidualUnitParameters };
  readonly head: IdentityHeadParameters;
};

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function irSeNetParameters(state: WeightState, size: IrSeNetSize = IR_SE_50): IrSeNetParameters {
  return foldedParameters(irSeNetSpec(size), state, (imported) => ({ ...imported, stem: foldNorms(imported.stem) }));
}

/**
 * Identity embeddings of aligned faces; differentiable with respect to the image.
 *
 * @param image [batch, 112, 112, 3], RGB in [-1, 1], aligned to the ArcFace template
 * @param size of the parameters
 * @returns [batch, 512], unit vectors
 * @throws ShapeError when the image has another size.
 */
export function irSeNet(parameters: IrSeNetParameters, image: tf.Tensor, { side, stages }: IrSeNetSize = IR_SE_50): tf.Tensor2D {
  bindAxes('irSeNet', { image }, { image: `batch ${side} ${side} 3` });
  const { stem, units, head } = parameters;
  const strides = stages.flatMap((stage) => Array.from({ length: stage.units }, (_, index): 1 | 2 => (index === 0 ? 2 : 1)));
  let x: tf.Tensor = tf.prelu(biasedConv2d(stem, image, { padding: 1 }), stem.slope);
  for (const [index, stride] of strides.entries()) x = residualUnit(units[`unit${index}`] as ResidualUnitParameters, x, stride);
  return identityHead(head, x);
}
