/**
 * Pooling and its gradients. As in tfjs, averages do not count the padding, and a maximum that occurs
 * twice in a window passes its gradient to the first.
 */
import type { Lowering } from '../lowering/lowering.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { CHANNELS_FIRST } from './channels-first.ts';
import { poolingGeometry } from './convolution-geometry.ts';
import type { ConvolutionGeometry, PoolingAttributes } from './convolution-geometry.ts';
import { ELEMENT_TYPE } from '../onnx/element-type.ts';
import { linearIn, positivelyLinearIn } from './factor-rules.ts';
import { tapsOf } from './filter-gradients.ts';
import { outputPadding } from './input-gradients.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

function windowAttributes({ kernel, strides, pads }: ConvolutionGeometry): Record<string, readonly number[]> {
  return { kernel_shape: kernel, strides, pads };
}

function poolingRule(kernel: string, operator: string): KernelRule<PoolingAttributes> {
  return {
    kernel,
    factors: kernel === 'AvgPool' ? linearIn('x') : positivelyLinearIn('x'),
    infer(call): TensorType {
      const { shape, dtype } = inputOf(call, 'x');
      return { shape: poolingGeometry(shape, call.attributes).outputShape, dtype };
    },
    lower(call, lowering) {
      const x = inputOf(call, 'x');
      const geometry = poolingGeometry(x.example, call.attributes);
      const name = lowering.graph.emit(operator, [lowering.wire(x, CHANNELS_FIRST)], windowAttributes(geometry));
      return { name, order: CHANNELS_FIRST };
    },
  };
}

/** For each output position along one axis, how many items of its window lie inside the input. */
function coveredCounts(geometry: ConvolutionGeometry, axis: 0 | 1): number[] {
  const { input, output, kernel, strides, pads } = geometry;
  return Array.from({ length: output[axis] }, (_, position) => {
    const start = position * strides[axis] - pads[axis];
    return Math.min(start + kernel[axis], input[axis]) - Math.max(start, 0);
  });
}

function inverseCounts(lowering: Lowering, geometry: ConvolutionGeometry): string {
  const [rows, columns] = [coveredCounts(geometry, 0), coveredCounts(geometry, 1)];
  const data = Float32Array.from(rows.flatMap((row) => columns.map((column) => 1 / (row * column))));
  return lowering.graph.store({ name: 'window_weights', type: 'float32', dimensions: [rows.length, columns.length], data });
}

/** Each output's gradient is spread evenly over its window: a ConvTranspose with ones. */
const averageGradient: KernelRule<PoolingAttributes> = {
  kernel: 'AvgPoolGrad',
  factors: linearIn('dy'),
  infer: (call) => inputOf(call, 'input'),
  lower(call, lowering) {
    const { graph } = lowering;
    const geometry = poolingGeometry(call.output.example, call.attributes);
    const { kernel } = geometry;
    const channels = call.output.example[3] ?? 1;
    const ones = new Float32Array(channels * kernel[0] * kernel[1]).fill(1);
    const filter = graph.store({ name: 'window', type: 'float32', dimensions: [channels, 1, ...kernel], data: ones });
    const share = graph.emit('Mul', [lowering.wire(inputOf(call, 'dy'), CHANNELS_FIRST), inverseCounts(lowering, geometry)]);
    const name = graph.emit('ConvTranspose', [share, filter], { ...windowAttributes(geometry), output_padding: outputPadding(geometry), group: channels });
    return { name, order: CHANNELS_FIRST };
  },
};

function flattened(lowering: Lowering, name: string): string {
  return lowering.graph.emit('Reshape', [name, lowering.graph.integers([-1])]);
}

function zerosLike(lowering: Lowering, name: string): string {
  const value = lowering.graph.scalar(0);
  return lowering.graph.emit('Expand', [value, lowering.graph.emit('Shape', [name])]);
}

/** MaxPool says where each maximum lies; the gradients are added there. */
function scatterToMaxima(lowering: Lowering, [x, dy]: readonly [Value, Value], geometry: ConvolutionGeometry): string {
  const { graph } = lowering;
  const source = lowering.wire(x, CHANNELS_FIRST);
  const [, positions = ''] = graph.emitMany('MaxPool', [source], { ...windowAttributes(geometry), count: 2 });
  const inputs = [
    zerosLike(lowering, flattened(lowering, source)),
    flattened(lowering, positions),
    flattened(lowering, lowering.wire(dy, CHANNELS_FIRST)),
  ];
  const sums = graph.emit('ScatterElements', inputs, { axis: 0, reduction: 'add' });
  return graph.emit('Reshape', [sums, graph.emit('Shape', [source])]);
}

/** Below every maximum, so that the padding is none. */
const LOWEST = -3.4e38;

/** For each tap of the window the items that are the first maximum of theirs, as ones among zeros. */
function firstMaxima(lowering: Lowering, taps: readonly string[], maxima: string): string[] {
  const { graph } = lowering;
  let claimed: string | undefined;
  return taps.map((tap) => {
    const equal = graph.emit('Cast', [graph.emit('Equal', [tap, maxima])], { to: ELEMENT_TYPE.float32 });
    const first = claimed === undefined ? equal : graph.emit('Mul', [equal, graph.emit('Sub', [graph.scalar(1), claimed])]);
    claimed = claimed === undefined ? first : graph.emit('Add', [claimed, first]);
    return first;
  });
}

/** Every tap's share of the gradient goes back to where the tap was: a ConvTranspose whose filters are ones at one tap each. */
function compareWithMaxima(call: LoweringCall<PoolingAttributes>, lowering: Lowering, geometry: ConvolutionGeometry): string {
  const { graph } = lowering;
  const { kernel, output, pads } = geometry;
  const [x, dy] = ['input', 'dy'].map((name) => lowering.wire(inputOf(call, name), CHANNELS_FIRST)) as [string, string];
  const [batch = 1, , , channels = 1] = call.output.shape;
  const count = kernel[0] * kernel[1];
  const padded = pads.some((pad) => pad > 0) ? graph.emit('Pad', [x, graph.integers([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]), graph.scalar(LOWEST)]) : x;
  const taps = tapsOf(lowering, padded, { ...geometry, pads: [0, 0, 0, 0] });
  const maxima = graph.emit('MaxPool', [x], windowAttributes(geometry));
  const shares = firstMaxima(lowering, taps, maxima).map((first) => lowering.reshape(graph.emit('Mul', [first, dy]), [batch, channels, 1, ...output]));
  const stacked = lowering.reshape(shares.length === 1 ? (shares[0] ?? '') : graph.emit('Concat', shares, { axis: 2 }), [batch, Number(channels) * count, ...output]);
  const ones = Float32Array.from({ length: Number(channels) * count * count }, (_, index) => Number(Math.floor(index / count) % count === index % count));
  const filter = graph.store({ name: 'places', type: 'float32', dimensions: [Number(channels) * count, 1, ...kernel], data: ones });
  return graph.emit('ConvTranspose', [stacked, filter], { ...windowAttributes(geometry), output_padding: outputPadding(geometry), group: Number(channels) });
}

const maximumGradient: KernelRule<PoolingAttributes> = {
  kernel: 'MaxPoolGrad',
  factors: linearIn('dy'),
  infer: (call) => inputOf(call, 'input'),
  lower(call, lowering) {
    const input = inputOf(call, 'input');
    const geometry = poolingGeometry(input.example, call.attributes);
    const byComparison = lowering.choices.maximumGradient === 'comparison';
    const name = byComparison ? compareWithMaxima(call, lowering, geometry) : scatterToMaxima(lowering, [input, inputOf(call, 'dy')], geometry);
    return { name, order: CHANNELS_FIRST };
  },
};

/** Pooling and its gradients. */
export const poolingRules: readonly KernelRule<never>[] = [
  poolingRule('MaxPool', 'MaxPool'),
  poolingRule('AvgPool', 'AveragePool'),
  averageGradient,
  maximumGradient,
];
