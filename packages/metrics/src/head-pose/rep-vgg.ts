/**
 * RepVGG (Ding et al. 2021): blocks of one 3x3 convolution and ReLU. In training a block is the sum of a 3x3 convolution, a 1x1 one and
 * the identity, each normalised; `deployedBlock` adds them up to the one convolution. Some blocks convolve in two groups.
 */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormSpec, constantSpec, foldNorms, kernelSpec, normedConvSpec, paddedConv2d } from '@mfim/nn';
import type { ConvolutionParameters, ParametersOf } from '@mfim/nn';

/** Channels of the stem, and channels and blocks of each stage. */
export interface RepVggSize {
  readonly stem: number;
  readonly stages: readonly { readonly channels: number; readonly blocks: number }[];
}

/** RepVGG-B1g2. */
export const REP_VGG_B1G2: RepVggSize = {
  stem: 64,
  stages: [
    { channels: 128, blocks: 4 },
    { channels: 256, blocks: 6 },
    { channels: 512, blocks: 16 },
    { channels: 2048, blocks: 1 },
  ],
};

/** Every second block of a "g2" network. */
const GROUPS = 2;

/** One block; `name` is `stage0`, `stage1.block0` and so on. */
export interface RepVggBlock {
  readonly stage: string;
  readonly block: string;
  readonly input: number;
  readonly output: number;
  readonly stride: 1 | 2;
  readonly groups: 1 | 2;
}

/** The blocks in their order, the stem first. */
export function repVggBlocks({ stem, stages }: RepVggSize): readonly RepVggBlock[] {
  const blocks: RepVggBlock[] = [{ stage: 'stage0', block: 'block0', input: 3, output: stem, stride: 2, groups: 1 }];
  let input = stem;
  for (const [index, { channels, blocks: count }] of stages.entries()) {
    for (let block = 0; block < count; block += 1) {
      const groups = blocks.length % GROUPS === 0 ? GROUPS : 1;
      blocks.push({ stage: `stage${index + 1}`, block: `block${block}`, input, output: channels, stride: block === 0 ? 2 : 1, groups });
      input = channels;
    }
  }
  return blocks;
}

/** A block as it is deployed: kernel [3, 3, input / groups, output] and bias. */
export function deployedBlockSpec({ input, output, groups }: RepVggBlock) {
  return { kernel: kernelSpec([3, 3], input / groups, output), bias: constantSpec([output], 0) };
}

/** A block as it is trained; `identity` where input and output have one shape. */
export function trainedBlockSpec({ input, output, stride, groups }: RepVggBlock) {
  const body = { dense: normedConvSpec(3, input / groups, output), point: normedConvSpec(1, input / groups, output) };
  return input === output && stride === 1 ? { ...body, identity: batchNormSpec(input) } : body;
}

/** Tensors of `trainedBlockSpec`. */
export type TrainedBlockParameters = ParametersOf<ReturnType<typeof trainedBlockSpec>>;

/** The kernel of the identity in `groups` groups, [1, 1, channels / groups, channels]. */
function identityKernel(channels: number, inner: number): tf.Tensor4D {
  return tf.reshape(tf.tile(tf.eye(inner), [1, channels / inner]), [1, 1, inner, channels]);
}

/** A 1x1 kernel as a 3x3 one. */
function centre(kernel: tf.Tensor): tf.Tensor {
  return tf.pad(kernel, [[1, 1], [1, 1], [0, 0], [0, 0]]);
}

/** Sums the branches of a trained block. Tensors made belong to the open scope. */
export function deployedBlock({ dense, point, ...rest }: TrainedBlockParameters): ConvolutionParameters {
  const [, , inner, channels] = dense.kernel.shape as [number, number, number, number];
  const [wide, narrow] = [foldNorms(dense), foldNorms(point)];
  const kernels = [wide.kernel, centre(narrow.kernel)];
  const biases = [wide.bias, narrow.bias];
  if ('identity' in rest) {
    const kept = foldNorms({ kernel: identityKernel(channels, inner), norm: rest.identity });
    kernels.push(centre(kept.kernel));
    biases.push(kept.bias);
  }
  return { kernel: tf.addN(kernels) as tf.Tensor4D, bias: tf.addN(biases) as tf.Tensor1D };
}

/** 3x3 with one pixel of zeros around, in as many groups as the kernel has inputs too few. */
function groupedConvolution(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D {
  const groups = x.shape[3] / kernel.shape[2];
  if (groups === 1) return paddedConv2d(x, kernel, { stride, padding: 1 }) as tf.Tensor4D;
  const inputs = tf.split(x, groups, 3);
  const kernels = tf.split(kernel, groups, 3);
  return tf.concat(inputs.map((part, group) => paddedConv2d(part, kernels[group] as tf.Tensor4D, { stride, padding: 1 }) as tf.Tensor4D), 3);
}

/** One deployed block on x [batch, height, width, input]. */
export function repVggBlock({ kernel, bias }: ConvolutionParameters, x: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  return tf.relu(tf.add<tf.Tensor4D>(groupedConvolution(x, kernel, stride), bias));
}
