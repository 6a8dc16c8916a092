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
  ACTIVATION_GAIN,
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
import type { EqualizedMove, ParametersOf } from '@mfim/nn';

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
type ConvParameters = DiscriminatorParameters['fromRgb'];

interface Features {
  /** [batch, size, size, channels] */
  readonly x: tf.Tensor;
  readonly [name: string]: tf.Tensor;
}

/** Convolution, bias and activation. All gains go into the weight. */
function activated({ weight, bias }: ConvParameters, x: tf.Tensor, { gain = 1, ...move }: EqualizedMove): tf.Tensor {
  const whole = gain * ACTIVATION_GAIN;
  return biasActivation(equalizedConv2d(weight, x, { ...move, gain: whole }), bias, whole);
}

function block({ conv0, conv1, skip }: BlockParameters, { x }: Features): Features {
  // In scopes of their own: what a layer makes on the way is freed when it is done.
  const same = tf.tidy(() => activated(conv0, x, { padding: 1 }));
  const down = tf.tidy(() => activated(conv1, blur(same, { padding: [2, 2] }), { stride: 2, gain: Math.SQRT1_2 }));
  const shortcut = tf.tidy(() => equalizedConv2d(skip.weight, blur(x, { padding: [1, 1], down: 2 }), { gain: Math.SQRT1_2 }));
  return { x: tf.add(down, shortcut) };
}

function fromRgbLayer(parameters: ConvParameters, { x }: Features): Features {
  return { x: activated(parameters, x, {}) };
}

/** How the verdict is computed. */
export interface DiscriminateOptions {
  /** Training: blocks that read this resolution or more are run again in the backward pass instead of remembered (`recomputed` of @mfim/nn). */
  readonly recomputeFrom?: number | undefined;
  /** Batches of one size, one after another in `image`, of which each has its own minibatch deviation; default 1. One pass draws faster than several. */
  readonly batches?: number;
}

function withDeviation(x: tf.Tensor, batches: number): tf.Tensor {
  return batches === 1 ? minibatchDeviation(x) : tf.concat(tf.split(x, batches).map(minibatchDeviation));
}

/**
 * @param image [batch, R, R, 3] in [-1, 1]; each of the `batches` up to 4 or a multiple of 4
 * @returns logits [batch, 1]; large means real
 */
export function discriminate(parameters: DiscriminatorParameters, image: tf.Tensor, { recomputeFrom = Number.POSITIVE_INFINITY, batches = 1 }: DiscriminateOptions = {}): tf.Tensor {
  const size = bindAxes('discriminate', { image }, { image: 'batch size size 3' }).get('size') as number;
  const { fromRgb, blocks, final } = parameters;
  let { x } = (size >= recomputeFrom ? recomputed(fromRgbLayer) : fromRgbLayer)(fromRgb, { x: image });
  for (const each of Object.values(blocks)) ({ x } = ((x.shape[1] as number) >= recomputeFrom ? recomputed(block) : block)(each, { x }));
  x = activated(final.conv, withDeviation(x, batches), { padding: 1 });
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  // PyTorch flattens channels first; the key map of a foreign checkpoint reorders the weight instead.
  const flat = tf.reshape(x, [batch, height * width * channels]);
  return equalizedLinear(final.out, biasActivation(equalizedLinear(final.fc, flat)));
}
