/**
 * Gradients of convolutions. The input gradient at stride 1 is a convolution with the flipped filter
 * (ONNX Runtime's ConvTranspose is slow on CPU); at other strides, and for tf.conv2dTranspose, it is
 * ConvTranspose. The filter gradient is one matrix product per filter tap, over shifted slices.
 */
import type { Lowering } from '../lowering/lowering.ts';
import { identityOrder } from '../lowering/wire.ts';
import type { AxisOrder, Wire } from '../lowering/wire.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { CHANNELS_FIRST, FILTER_IN_OUT, FILTER_OUT_IN } from './channels-first.ts';
import { CHANNELS_LAST_ONLY, convolutionGeometry } from './convolution-geometry.ts';
import type { ConvolutionAttributes, ConvolutionGeometry } from './convolution-geometry.ts';
import { linearIn } from './factor-rules.ts';
import { flipped } from './flipped.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

interface InputGradientAttributes extends ConvolutionAttributes {
  readonly inputShape: number[];
}

interface FilterGradientAttributes extends ConvolutionAttributes {
  readonly filterShape: number[];
}

function backwardPads({ kernel, dilations, pads }: ConvolutionGeometry): number[] {
  const reach = [0, 1].map((axis) => ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1));
  return pads.map((pad, side) => (reach[side % 2] ?? 0) - pad);
}

/** How many rows and columns ConvTranspose must append to give the input's size. */
function outputPadding({ input, output, kernel, strides, dilations, pads }: ConvolutionGeometry): number[] {
  return [0, 1].map((axis) => {
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const covered = ((output[axis] ?? 1) - 1) * (strides[axis] ?? 1) + reach;
    return (input[axis] ?? 0) + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) - covered;
  });
}

interface GradientFilters {
  /** Of the Conv for stride 1, and of the ConvTranspose for others. */
  readonly flippedOrder: AxisOrder;
  readonly transposedOrder: AxisOrder;
  readonly group: number;
}

function depthwiseTransposed(lowering: Lowering, filter: Value): string {
  const [height = 1, width = 1, channels = 1, multiplier = 1] = filter.example;
  const name = lowering.wire(filter, FILTER_IN_OUT);
  return multiplier === 1 ? name : lowering.reshape(name, [channels * multiplier, 1, height, width]);
}

function inputGradient(
  call: LoweringCall<InputGradientAttributes>,
  lowering: Lowering,
  { flippedOrder, transposedOrder, group }: GradientFilters,
): Wire {
  const [dy, filter] = [inputOf(call, 'dy'), inputOf(call, 'filter')];
  const depthwise = group > 1 || flippedOrder === transposedOrder;
  const shapes = { input: call.output.example, filter: filter.example, depthwise };
  const geometry = convolutionGeometry(shapes, call.attributes);
  const { strides, dilations, kernel: kernel_shape, pads } = geometry;
  const source = lowering.wire(dy, CHANNELS_FIRST);
  const backward = backwardPads(geometry);
  const common = { kernel_shape, dilations, ...(depthwise ? { group } : {}) };
  if (strides.every((stride) => stride === 1) && backward.every((pad) => pad >= 0)) {
    const weights = flipped(lowering, filter, flippedOrder);
    return { name: lowering.graph.emit('Conv', [source, weights], { ...common, pads: backward }), order: CHANNELS_FIRST };
  }
  const weights = depthwise ? depthwiseTransposed(lowering, filter) : lowering.wire(filter, transposedOrder);
  const attributes = { ...common, strides, pads, output_padding: outputPadding(geometry) };
  return { name: lowering.graph.emit('ConvTranspose', [source, weights], attributes), order: CHANNELS_FIRST };
}

const conv2DBackpropInput: KernelRule<InputGradientAttributes> = {
  kernel: 'Conv2DBackpropInput',
  factors: linearIn('dy', 'filter'),
  refused: CHANNELS_LAST_ONLY,
  sizeAttributes: ['inputShape'],
  infer: (call): TensorType => ({ shape: call.attributes.inputShape, dtype: 'float32' }),
  lower: (call, lowering) =>
    inputGradient(call, lowering, { flippedOrder: FILTER_IN_OUT, transposedOrder: FILTER_OUT_IN, group: 1 }),
};

const depthwiseBackpropInput: KernelRule<InputGradientAttributes> = {
  kernel: 'DepthwiseConv2dNativeBackpropInput',
  factors: linearIn('dy', 'filter'),
  refused: CHANNELS_LAST_ONLY,
  sizeAttributes: ['inputShape'],
  infer: (call): TensorType => ({ shape: call.attributes.inputShape, dtype: 'float32' }),
  lower(call, lowering) {
    const group = inputOf(call, 'filter').example[2] ?? 1;
    return inputGradient(call, lowering, { flippedOrder: FILTER_IN_OUT, transposedOrder: FILTER_IN_OUT, group });
  },
};

/** For each tap of the filter, the part of the padded input (channels-first) that it meets, strided. */
function taps(lowering: Lowering, x: Value, { kernel, dilations, strides, output, pads }: ConvolutionGeometry): string[] {
  const { graph } = lowering;
  const [top, left, bottom, right] = pads;
  const source = lowering.wire(x, CHANNELS_FIRST);
  const isPadded = pads.some((pad) => pad > 0);
  const padded = isPadded ? graph.emit('Pad', [source, graph.integers([0, 0, top, left, 0, 0, bottom, right])]) : source;
  const [axes, steps] = [graph.integers([2, 3]), graph.integers(strides)];
  const ends = (start: readonly number[]): number[] =>
    start.map((first, axis) => first + ((output[axis] ?? 1) - 1) * (strides[axis] ?? 1) + 1);
  const starts = Array.from({ length: kernel[0] }, (_, row) =>
    Array.from({ length: kernel[1] }, (__, column) => [row * dilations[0], column * dilations[1]]),
  ).flat();
  return starts.map((start) => graph.emit('Slice', [padded, graph.integers(start), graph.integers(ends(start)), axes, steps]));
}

const conv2DBackpropFilter: KernelRule<FilterGradientAttributes> = {
  kernel: 'Conv2DBackpropFilter',
  factors: linearIn('x', 'dy'),
  refused: CHANNELS_LAST_ONLY,
  infer: (call): TensorType => ({ shape: call.attributes.filterShape, dtype: 'float32' }),
  lower(call, lowering) {
    const { graph } = lowering;
    const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
    const { filterShape } = call.attributes;
    const geometry = convolutionGeometry({ input: x.example, filter: filterShape, depthwise: false }, call.attributes);
    const [batch = 1, height = 1, width = 1, channels = 1] = dy.shape;
    const positions = Number(height) * Number(width);
    const right = lowering.reshape(lowering.wire(dy), [batch, positions, channels]);
    const products = taps(lowering, x, geometry).map((tap) => {
      const left = lowering.reshape(tap, [batch, x.shape[3] ?? 1, positions]);
      const product = graph.emit('MatMul', [left, right]);
      return graph.emit('ReduceSum', [product, graph.integers([0])], { keepdims: 1 });
    });
    const all = products.length === 1 ? (products[0] ?? '') : graph.emit('Concat', products, { axis: 0 });
    return { name: lowering.reshape(all, filterShape), order: identityOrder(4) };
  },
};

const depthwiseBackpropFilter: KernelRule<FilterGradientAttributes> = {
  kernel: 'DepthwiseConv2dNativeBackpropFilter',
  factors: linearIn('x', 'dy'),
  refused: CHANNELS_LAST_ONLY,
  infer: (call): TensorType => ({ shape: call.attributes.filterShape, dtype: 'float32' }),
  lower(call, lowering) {
    const { graph } = lowering;
    const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
    const { filterShape } = call.attributes;
    const [, , channels = 1, multiplier = 1] = filterShape;
    const geometry = convolutionGeometry({ input: x.example, filter: filterShape, depthwise: true }, call.attributes);
    const [batch = 1, height = 1, width = 1] = dy.shape;
    const right = lowering.reshape(lowering.wire(dy, CHANNELS_FIRST), [batch, channels, multiplier, height, width]);
    const sums = taps(lowering, x, geometry).map((tap) => {
      const left = lowering.reshape(tap, [batch, channels, 1, height, width]);
      return graph.emit('ReduceSum', [graph.emit('Mul', [left, right]), graph.integers([0, 3, 4])], { keepdims: 0 });
    });
    const all = sums.length === 1 ? (sums[0] ?? '') : graph.emit('Concat', sums, { axis: 0 });
    return { name: lowering.reshape(all, filterShape), order: identityOrder(4) };
  },
};

/** Gradients of convolutions. */
export const convolutionGradientRules: readonly KernelRule<never>[] = [
  conv2DBackpropInput,
  depthwiseBackpropInput,
  conv2DBackpropFilter,
  depthwiseBackpropFilter,
];
