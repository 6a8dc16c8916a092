/**
 * The StyleGAN2 discriminator (residual architecture): fromRGB, blocks (3x3, 3x3 down, skip 1x1 down,
 * sum / sqrt(2)), minibatch deviation, 3x3, two linear layers.
 * Down-convolution: FIR with padding (2, 2), 3x3 stride 2; skip: FIR with padding (1, 1), of which every other pixel
 * is computed, since the 1x1 convolution with stride 2 after it reads no more.
 */
import * as tf from '@tensorflow/tfjs-core';
import { CONFIG_F, bindAxes, channelsAt, resolutionsUpTo } from '@mfim/tensor-contracts';
import type { ChannelPlan } from '@mfim/tensor-contracts';
import {
  biasActivation,
  blur,
  constantSpec,
  convWeightSpec,
  equalizedConv2d,
  equalizedLinear,
  linearSpec,
  minibatchDeviation,
  recomputed,
} from '@mfim/nn';
import type { ParametersOf } from '@mfim/nn';

function convSpec(kernel: number, input: number, output: number) {
  return { weight: convWeightSpec({ input, output, kernel }), bias: constantSpec([output], 0) };
}

function blockSpec(input: number, output: number) {
  return {
    conv0: convSpec(3, input, input),
    conv1: convSpec(3, input, output),
    skip: { weight: convWeightSpec({ input, output, kernel: 1 }) },
  };
}

/** Specification: 29,012,513 numbers at 1024, config F. */
export function discriminatorSpec(resolution: number, plan: ChannelPlan = CONFIG_F) {
  const blocks: Record<string, ReturnType<typeof blockSpec>> = {};
  for (const size of resolutionsUpTo(resolution).toReversed()) {
    if (size > 4) blocks[`b${size}`] = blockSpec(channelsAt(size, plan), channelsAt(size / 2, plan));
  }
  const last = channelsAt(4, plan);
  return {
    fromRgb: convSpec(1, 3, channelsAt(resolution, plan)),
    blocks,
    final: {
      conv: convSpec(3, last + 1, last),
      fc: linearSpec({ input: last * 16, output: last }),
      out: linearSpec({ input: last, output: 1 }),
    },
  };
}

/** Tensors of the discriminator. */
export type DiscriminatorParameters = ParametersOf<ReturnType<typeof discriminatorSpec>>;
type BlockParameters = DiscriminatorParameters['blocks'][string];

interface Features {
  /** [batch, size, size, channels] */
  readonly x: tf.Tensor;
  readonly [name: string]: tf.Tensor;
}

function block({ conv0, conv1, skip }: BlockParameters, { x }: Features): Features {
  // In scopes of their own: what a layer makes on the way is freed when it is done.
  const same = tf.tidy(() => biasActivation(equalizedConv2d(conv0.weight, x, { padding: 1 }), conv0.bias));
  const down = tf.tidy(() => equalizedConv2d(conv1.weight, blur(same, { padding: [2, 2] }), { stride: 2 }));
  const shortcut = tf.tidy(() => equalizedConv2d(skip.weight, blur(x, { padding: [1, 1], down: 2 })));
  return { x: tf.mul(tf.add(biasActivation(down, conv1.bias), shortcut), Math.SQRT1_2) };
}

function fromRgbLayer({ weight, bias }: DiscriminatorParameters['fromRgb'], { x }: Features): Features {
  return { x: biasActivation(equalizedConv2d(weight, x), bias) };
}

/** How the verdict is computed. */
export interface DiscriminateOptions {
  /** Training: blocks that read this resolution or more are run again in the backward pass instead of remembered (`recomputed` of @mfim/nn). */
  readonly recomputeFrom?: number | undefined;
}

/**
 * @param image [batch, R, R, 3] in [-1, 1]; batch up to 4 or a multiple of 4
 * @returns logits [batch, 1]; large means real
 */
export function discriminate(parameters: DiscriminatorParameters, image: tf.Tensor, { recomputeFrom = Number.POSITIVE_INFINITY }: DiscriminateOptions = {}): tf.Tensor {
  const size = bindAxes('discriminate', { image }, { image: 'batch size size 3' }).get('size') as number;
  const { fromRgb, blocks, final } = parameters;
  let { x } = (size >= recomputeFrom ? recomputed(fromRgbLayer) : fromRgbLayer)(fromRgb, { x: image });
  for (const each of Object.values(blocks)) ({ x } = ((x.shape[1] as number) >= recomputeFrom ? recomputed(block) : block)(each, { x }));
  x = equalizedConv2d(final.conv.weight, minibatchDeviation(x), { padding: 1 });
  x = biasActivation(x, final.conv.bias);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  // PyTorch flattens channels first; the key map of a foreign checkpoint reorders the weight instead.
  const flat = tf.reshape(x, [batch, height * width * channels]);
  return equalizedLinear(final.out, biasActivation(equalizedLinear(final.fc, flat)));
}
