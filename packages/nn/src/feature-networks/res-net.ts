/**
 * The trunk of ResNet-50 (He et al. 2016) as torchvision has it, with the stride in the 3x3 convolution: 2048 features of an image.
 * DECA, Deep3DFaceRecon and HopeNet stand on it. Evaluation mode only: batch normalisations are folded into their
 * convolutions.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { activeConv2d, biasedConv2d } from './biased-conv.ts';
import { foldNorms, foldedParameters, normedConvSpec } from './folded-norms.ts';
import type { ConvolutionParameters, WeightState } from './weight-state.ts';

/** How wide and deep a ResNet of bottlenecks is. */
export interface ResNetSize {
  /** Channels of the stem. */
  readonly width: number;
  /** Bottlenecks of each stage. */
  readonly blocks: readonly number[];
}

/** ResNet-50. */
export const RES_NET_50: ResNetSize = { width: 64, blocks: [3, 4, 6, 3] };

/** A bottleneck gives four times the channels of its 3x3 convolution. */
const EXPANSION = 4;
const STEM_KERNEL = 7;
const STEM_PADDING = 3;

type NormedConvSpec = ReturnType<typeof normedConvSpec>;

/** 1x1 down, 3x3, 1x1 up; `shortcut` where the shape changes. A type, not an interface: it has to fit `SpecTree`. */
type BottleneckSpec = {
  readonly reduce: NormedConvSpec;
  readonly filter: NormedConvSpec;
  readonly expand: NormedConvSpec;
  readonly shortcut?: NormedConvSpec;
};

function bottleneckSpec(input: number, width: number, first: boolean): BottleneckSpec {
  const body = {
    reduce: normedConvSpec(1, input, width),
    filter: normedConvSpec(3, width, width),
    expand: normedConvSpec(1, width, width * EXPANSION),
  };
  return first ? { ...body, shortcut: normedConvSpec(1, input, width * EXPANSION) } : body;
}

/** Channels that the trunk gives. */
export function resNetFeatures({ width, blocks }: ResNetSize): number {
  return width * EXPANSION * 2 ** (blocks.length - 1);
}

/** Specification of the trunk: `stem`, `stages.stage1.block0` .. */
export function resNetSpec({ width, blocks }: ResNetSize = RES_NET_50) {
  const stages: Record<string, Record<string, BottleneckSpec>> = {};
  let channels = width;
  for (const [stage, count] of blocks.entries()) {
    const inner = width * 2 ** stage;
    const bottlenecks = Array.from({ length: count }, (_, block) => {
      const spec = bottleneckSpec(channels, inner, block === 0);
      channels = inner * EXPANSION;
      return [`block${block}`, spec] as const;
    });
    stages[`stage${stage + 1}`] = Object.fromEntries(bottlenecks);
  }
  return { stem: normedConvSpec(STEM_KERNEL, 3, width), stages };
}

/** What `resNet` reads. */
export type ResNetParameters = {
  readonly stem: ConvolutionParameters;
  /** `stage1.block0` .. */
  readonly stages: { readonly [stage: string]: { readonly [block: string]: BottleneckParameters } };
};

type BottleneckParameters = { readonly [Part in keyof BottleneckSpec]: ConvolutionParameters };

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function resNetParameters(state: WeightState, size: ResNetSize = RES_NET_50): ResNetParameters {
  return foldedParameters(resNetSpec(size), state, (imported) => foldNorms(imported));
}

function bottleneck({ reduce, filter, expand, shortcut }: BottleneckParameters, x: tf.Tensor4D, stride: number): tf.Tensor4D {
  const narrow = activeConv2d(reduce, x);
  const filtered = activeConv2d(filter, narrow, { stride, padding: 1 });
  const kept = shortcut === undefined ? x : biasedConv2d(shortcut, x, { stride });
  return tf.relu(tf.add<tf.Tensor4D>(biasedConv2d(expand, filtered), kept));
}

/** Max pooling 3x3, stride 2, one pixel around; of a rectified x, so that zeros cannot win. */
function pool(x: tf.Tensor4D): tf.Tensor4D {
  return tf.maxPool(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, 'valid');
}

/**
 * Features of an image, averaged over its pixels; differentiable with respect to the image.
 *
 * @param x [batch, height, width, 3], normalised as the weights want it
 * @returns [batch, 2048]
 */
export function resNet({ stem, stages }: ResNetParameters, x: tf.Tensor): tf.Tensor2D {
  bindAxes('resNet', { x }, { x: 'batch height width 3' });
  let features = pool(activeConv2d(stem, x, { stride: 2, padding: STEM_PADDING }));
  for (const [stage, blocks] of Object.values(stages).entries()) {
    for (const [block, parameters] of Object.values(blocks).entries()) {
      features = bottleneck(parameters, features, stage > 0 && block === 0 ? 2 : 1);
    }
  }
  return tf.mean(features, [1, 2]);
}
