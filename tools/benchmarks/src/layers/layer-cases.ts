/**
 * The operations of a StyleGAN2 discriminator's step, block by block: convolutions and their gradients, the filters around
 * them, activations. The generator's layers are the same, transposed.
 */
import { channelsAt, resolutionsUpTo } from '@mfim/tensor-contracts';
import type { ChannelPlan } from '@mfim/tensor-contracts';
import { biasActivation, blur } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { averageBlur, bandBlur, separateBlur, shiftedBlur } from './blur-writings.ts';
import type { Compute, LayerCase, Writing } from './layer-case.ts';

/** Which networks. */
export interface LayerPlan {
  readonly resolution: number;
  readonly channels: ChannelPlan;
  readonly batch: number;
  /** Channels in a block of ONNX Runtime, as compiled steps write graphs on the CPU; absent: they write none in blocks. */
  readonly block?: number | undefined;
}

interface Level extends LayerPlan {
  readonly side: number;
  readonly inputs: number;
  readonly outputs: number;
}

const GIGA = 1e9;
const SLOPE = 0.2;
const TAPS = 9;
const BLUR_TAPS = 16;

const FILTER_GRADIENTS: Readonly<Record<string, Writing>> = {
  taps: { choices: { filterGradient: 'taps' } },
  columns: { choices: { filterGradient: 'columns' } },
  outer: { choices: { filterGradient: 'outer' } },
  pairs: { choices: { filterGradient: 'pairs' } },
  convolution: { choices: { filterGradient: 'convolution' } },
};

const STRIDED_INPUT_GRADIENTS: Readonly<Record<string, Writing>> = {
  transposed: { choices: { stridedInputGradient: 'transposed' } },
  phases: { choices: { stridedInputGradient: 'phases' } },
  blocks: { choices: { stridedInputGradient: 'blocks' } },
};

function kernel(name: string, attributes: object): Compute {
  return (inputs) => tf.engine().runKernel(name, { ...inputs }, attributes as never) as tf.Tensor;
}

function sizeText({ side, inputs, outputs, batch }: Level): string {
  return `${batch} x ${inputs === outputs ? inputs : `${inputs}-${outputs}`} at ${side}`;
}

/** 3x3, stride 1, as large as its input. */
function denseCases(level: Level): LayerCase[] {
  const { batch, side, inputs } = level;
  const image = [batch, side, side, inputs];
  const filter = [3, 3, inputs, inputs];
  const common = { size: sizeText({ ...level, outputs: inputs }), gigaMacs: (batch * side * side * inputs * inputs * TAPS) / GIGA };
  const move = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
  return [
    { ...common, operation: 'conv 3x3', shapes: { x: image, filter }, compute: ({ x, filter: w }) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), writings: { plain: {} }, torch: { name: 'convolution', padding: 1 } },
    { ...common, operation: 'conv 3x3, input gradient', shapes: { dy: image, filter }, compute: kernel('Conv2DBackpropInput', { ...move, inputShape: image }), writings: { plain: {} }, torch: { name: 'input_gradient', padding: 1 } },
    { ...common, operation: 'conv 3x3, filter gradient', shapes: { x: image, dy: image }, compute: kernel('Conv2DBackpropFilter', { ...move, filterShape: filter }), writings: FILTER_GRADIENTS, torch: { name: 'filter_gradient', padding: 1 } },
  ];
}

/** 3x3, stride 2, without padding, after the blur. */
function stridedCases(level: Level): LayerCase[] {
  const { batch, side, inputs, outputs } = level;
  const image = [batch, side + 1, side + 1, inputs];
  const result = [batch, side / 2, side / 2, outputs];
  const filter = [3, 3, inputs, outputs];
  const common = { size: sizeText(level), gigaMacs: (batch * (side / 2) ** 2 * inputs * outputs * TAPS) / GIGA };
  const move = { strides: [2, 2], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
  const strided: Readonly<Record<string, Writing>> = { taps: FILTER_GRADIENTS['taps'] as Writing, columns: FILTER_GRADIENTS['columns'] as Writing, convolution: FILTER_GRADIENTS['convolution'] as Writing };
  return [
    { ...common, operation: 'conv 3x3 / 2', shapes: { x: image, filter }, compute: ({ x, filter: w }) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'valid'), writings: { plain: {} }, torch: { name: 'convolution', stride: 2 } },
    { ...common, operation: 'conv 3x3 / 2, input gradient', shapes: { dy: result, filter }, compute: kernel('Conv2DBackpropInput', { ...move, inputShape: image }), writings: STRIDED_INPUT_GRADIENTS, torch: { name: 'input_gradient', stride: 2 } },
    { ...common, operation: 'conv 3x3 / 2, filter gradient', shapes: { x: image, dy: result }, compute: kernel('Conv2DBackpropFilter', { ...move, filterShape: filter }), writings: strided, torch: { name: 'filter_gradient', stride: 2 } },
  ];
}

const shortCut: Compute = ({ x, filter }) => tf.conv2d(blur(x as tf.Tensor, { padding: [1, 1], down: 2 }) as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid');
const halvedLast: Compute = ({ x, filter }) => tf.conv2d(blur(x as tf.Tensor, { padding: [1, 1] }) as tf.Tensor4D, filter as tf.Tensor4D, 2, 'valid');

/** By x, of a function that is linear in it. */
function gradientOf(compute: Compute, shape: readonly number[]): Compute {
  return ({ filter, dy }) => tf.grad((x: tf.Tensor) => tf.sum(tf.mul(compute({ x, filter: filter as tf.Tensor }), dy as tf.Tensor)))(tf.zeros([...shape]));
}

/** The FIR filter before a strided convolution. */
function blurCase(level: Level): LayerCase {
  const { batch, side, inputs } = level;
  const padding = [2, 2] as const;
  return {
    operation: 'blur',
    size: sizeText({ ...level, outputs: inputs }),
    gigaMacs: (batch * side * side * inputs * BLUR_TAPS) / GIGA,
    shapes: { x: [batch, side, side, inputs] },
    compute: ({ x }) => blur(x as tf.Tensor, { padding }),
    writings: {
      depthwise: {},
      'rows, then columns': { compute: ({ x }) => separateBlur(x as tf.Tensor, padding) },
      averages: { compute: ({ x }) => averageBlur(x as tf.Tensor, padding) },
      bands: { compute: ({ x }) => bandBlur(x as tf.Tensor, padding) },
      shifts: { compute: ({ x }) => shiftedBlur(x as tf.Tensor, padding) },
    },
    torch: { name: 'blur', padding: 2 },
  };
}

/** The discriminator's short cut: the filter, half the pixels, a 1x1 convolution. */
function shortCutCases(level: Level): LayerCase[] {
  const { batch, side, inputs, outputs } = level;
  const image = [batch, side, side, inputs];
  const filter = [1, 1, inputs, outputs];
  const common = { size: sizeText(level), gigaMacs: (batch * (side / 2) ** 2 * inputs * outputs) / GIGA };
  const backward: Readonly<Record<string, Writing>> = {
    transposed: { choices: { stridedInputGradient: 'transposed' } },
    spread: { choices: { stridedInputGradient: 'phases' } },
    'blur, halve: transposed': { compute: gradientOf(halvedLast, image), choices: { stridedInputGradient: 'transposed' } },
    'blur, halve: spread': { compute: gradientOf(halvedLast, image), choices: { stridedInputGradient: 'phases' } },
  };
  return [
    { ...common, operation: 'short cut', shapes: { x: image, filter }, compute: shortCut, writings: { 'halve in the blur': {}, 'blur, halve': { compute: halvedLast } }, torch: { name: 'short_cut', padding: 1, stride: 2 } },
    { ...common, operation: 'short cut, input gradient', shapes: { dy: [batch, side / 2, side / 2, outputs], filter }, compute: gradientOf(shortCut, image), writings: backward, torch: { name: 'short_cut_gradient', padding: 1, stride: 2 } },
  ];
}

function slopeOf(y: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(tf.step(y), 1 - SLOPE), SLOPE);
}

/** Bias, activation, its slope; the sum of products over an image, which is the gradient of a style. */
function itemwiseCases(level: Level): LayerCase[] {
  const { batch, side, inputs } = level;
  const image = [batch, side, side, inputs];
  const common = { size: sizeText({ ...level, outputs: inputs }), gigaMacs: 0 };
  const rows = (x: tf.Tensor, transposed: boolean): tf.Tensor => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [batch * inputs, ...(transposed ? [side * side, 1] : [1, side * side])]);
  const asProducts: Compute = ({ x, dy }) => tf.reshape(tf.matMul(rows(x as tf.Tensor, false), rows(dy as tf.Tensor, true)), [batch, inputs]);
  return [
    { ...common, operation: 'bias, leaky ReLU, gain', shapes: { x: image, bias: [inputs] }, compute: ({ x, bias }) => biasActivation(x as tf.Tensor, bias), writings: { plain: {} }, torch: { name: 'bias_leaky_relu' } },
    {
      ...common,
      operation: 'slope of leaky ReLU',
      shapes: { y: image, dy: image },
      compute: ({ y, dy }) => tf.mul(dy as tf.Tensor, slopeOf(y as tf.Tensor)),
      writings: { comparison: { choices: { step: 'comparison' } }, clip: { choices: { step: 'clip' } }, 'hard sigmoid': { choices: { step: 'hard sigmoid' } } },
      torch: { name: 'leaky_relu_gradient' },
    },
    {
      ...common,
      operation: 'sum of products',
      shapes: { x: image, dy: image },
      compute: ({ x, dy }) => tf.sum(tf.mul(x as tf.Tensor, dy as tf.Tensor), [1, 2]),
      writings: { 'product, sum': {}, 'matrix products': { compute: asProducts } },
      torch: { name: 'sum_of_products' },
    },
  ];
}

/** A bias and leaky ReLU after a convolution, in one node or apart. */
function fusedCase(level: Level): LayerCase {
  const { batch, side, inputs } = level;
  return {
    operation: 'conv 3x3, bias, leaky ReLU',
    size: sizeText({ ...level, outputs: inputs }),
    gigaMacs: (batch * side * side * inputs * inputs * TAPS) / GIGA,
    shapes: { x: [batch, side, side, inputs], filter: [3, 3, inputs, inputs], bias: [inputs] },
    compute: ({ x, filter, bias }) => tf.leakyRelu(tf.add(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'), bias as tf.Tensor), SLOPE),
    writings: { fused: {}, apart: { choices: { passes: new Set() } } },
    torch: { name: 'biased_convolution', padding: 1 },
  };
}

/** The case with one more writing, that of compiled steps on the CPU: images come in plain order, and leave in it. */
function withBlocks(each: LayerCase, block: number | undefined): LayerCase {
  return block === undefined ? each : { ...each, writings: { ...each.writings, 'channel blocks': { choices: { channelBlock: block, step: 'clip' } } } };
}

/** Every case, coarse levels last. */
export function layerCases(plan: LayerPlan): readonly LayerCase[] {
  const sides = resolutionsUpTo(plan.resolution).toReversed().filter((side) => side > 4);
  return sides.flatMap((side) => {
    const level = { ...plan, side, inputs: channelsAt(side, plan.channels), outputs: channelsAt(side / 2, plan.channels) };
    const cases = [...denseCases(level), ...stridedCases(level), blurCase(level), ...shortCutCases(level), ...itemwiseCases(level), fusedCase(level)];
    return cases.map((each) => withBlocks(each, plan.block));
  });
}
