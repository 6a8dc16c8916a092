/**
 * Input gradients of convolutions, channels-first. At stride 1 they are convolutions with the flipped filter (ONNX Runtime's
 * ConvTranspose is slow on CPU). At others they are ConvTranspose, or the same in ways that `Choices` names: every `stride`-th
 * row and column of the result is a convolution of its own, with every `stride`-th tap.
 */
import type { Lowering } from '../lowering/lowering.ts';
import type { Value } from '../recording/recorded-graph.ts';
import type { Dimension } from '../recording/dimension.ts';
import { canUseBlockPhases, emitBlockPhases } from './block-phases.ts';
import { FILTER_IN_OUT, FILTER_OUT_IN } from './channels-first.ts';
import type { ConvolutionGeometry } from './convolution-geometry.ts';
import { flipped } from './flipped.ts';

/** What an input gradient is computed from. */
export interface InputGradient {
  /** The gradient of the output, [batch, out, h, w]. */
  readonly dy: string;
  readonly filter: Value;
  readonly geometry: ConvolutionGeometry;
  /** Channels that have filters of their own; 1: all are mixed. */
  readonly group: number;
  readonly depthwise: boolean;
  readonly batch: Dimension;
  /** Of the result. */
  readonly channels: number;
}

type Pair = readonly [number, number];

const BEFORE_THE_START = -(2 ** 31 - 1);
const SPATIAL = [2, 3];

function perAxis(fn: (axis: 0 | 1) => number): Pair {
  return [fn(0), fn(1)];
}

/** Padding of the convolution that computes the gradient at stride 1. */
function backwardPads({ kernel, dilations, pads }: ConvolutionGeometry): number[] {
  return pads.map((pad, side) => {
    const axis = (side % 2) as 0 | 1;
    return (kernel[axis] - 1) * dilations[axis] - pad;
  });
}

/** How many rows and columns ConvTranspose must append to give the input's size. */
export function outputPadding({ input, output, kernel, strides, dilations, pads }: ConvolutionGeometry): Pair {
  return perAxis((axis) => {
    const covered = (output[axis] - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1;
    return input[axis] + pads[axis] + pads[axis + 2 as 2 | 3] - covered;
  });
}

function shared({ geometry, depthwise, group }: InputGradient): Record<string, number | readonly number[]> {
  return { kernel_shape: geometry.kernel, dilations: geometry.dilations, ...(depthwise ? { group } : {}) };
}

function byFlippedFilter(lowering: Lowering, gradient: InputGradient): string {
  const pads = backwardPads(gradient.geometry);
  return lowering.convolve([gradient.dy, flipped(lowering, gradient.filter)], { ...shared(gradient), pads });
}

function depthwiseTransposed(lowering: Lowering, filter: Value): string {
  const [height = 1, width = 1, channels = 1, multiplier = 1] = filter.example;
  const name = lowering.wire(filter, FILTER_IN_OUT);
  return multiplier === 1 ? name : lowering.reshape(name, [channels * multiplier, 1, height, width]);
}

function byTransposedConvolution(lowering: Lowering, gradient: InputGradient): string {
  const { dy, filter, geometry, depthwise } = gradient;
  const weights = depthwise ? depthwiseTransposed(lowering, filter) : lowering.wire(filter, FILTER_OUT_IN);
  const { strides, pads } = geometry;
  return lowering.graph.emit('ConvTranspose', [dy, weights], { ...shared(gradient), strides, pads, output_padding: outputPadding(geometry) });
}

/** Rows and columns of the grid that all phases together cover, counted in strides. */
function gridOf({ input, strides, pads }: ConvolutionGeometry): Pair {
  return perAxis((axis) => Math.ceil((input[axis] + pads[axis]) / strides[axis]));
}

/** Cuts the input's rows and columns from the grid of all phases. */
function cropped(lowering: Lowering, name: string, { input, strides, pads, ...rest }: ConvolutionGeometry): string {
  const grid = gridOf({ input, strides, pads, ...rest });
  if ([0, 1].every((axis) => pads[axis] === 0 && (grid[axis] ?? 0) * (strides[axis] ?? 1) === input[axis])) return name;
  const { graph } = lowering;
  const starts = perAxis((axis) => pads[axis]);
  const ends = perAxis((axis) => pads[axis] + input[axis]);
  return graph.emit('Slice', [name, graph.integers(starts), graph.integers(ends), graph.integers(SPATIAL)]);
}

/** Taps phase, phase + stride, ... of the filter, in reverse, [in, out, ...counts]. */
function tapsOfPhase(lowering: Lowering, filter: Value, { phase, counts, strides }: { phase: Pair; counts: Pair; strides: Pair }): string {
  const { graph } = lowering;
  const starts = perAxis((axis) => phase[axis] + strides[axis] * (counts[axis] - 1));
  const vectors = [starts, [BEFORE_THE_START, BEFORE_THE_START], SPATIAL, strides.map((stride) => -stride)];
  return graph.emit('Slice', [lowering.wire(filter, FILTER_IN_OUT), ...vectors.map((vector) => graph.integers(vector))]);
}

/** [batch, channels, rows, columns] of each phase, interleaved. */
function interleaved(lowering: Lowering, phases: readonly (readonly string[])[], shape: readonly [Dimension, number, number, number]): string {
  const { graph } = lowering;
  const [batch, channels, rows, columns] = shape;
  const lines = phases.map((line) => {
    const apart = line.map((name) => lowering.reshape(name, [batch, channels, rows, columns, 1]));
    return lowering.reshape(graph.emit('Concat', apart, { axis: 4 }), [batch, channels, rows, 1, columns * line.length]);
  });
  const width = columns * (phases[0]?.length ?? 1);
  return lowering.reshape(graph.emit('Concat', lines, { axis: 3 }), [batch, channels, rows * phases.length, width]);
}

function byPhases(lowering: Lowering, { dy, filter, geometry, batch, channels }: InputGradient): string {
  const { kernel, strides, output } = geometry;
  const grid = gridOf(geometry);
  const phaseAt = (row: number, column: number): string => {
    const phase: Pair = [row, column];
    const counts = perAxis((axis) => Math.ceil((kernel[axis] - phase[axis]) / strides[axis]));
    const weights = tapsOfPhase(lowering, filter, { phase, counts, strides });
    const pads = [counts[0] - 1, counts[1] - 1, grid[0] - output[0], grid[1] - output[1]];
    return lowering.graph.emit('Conv', [dy, weights], { kernel_shape: counts, pads });
  };
  const phases = Array.from({ length: strides[0] }, (_, row) => Array.from({ length: strides[1] }, (__, column) => phaseAt(row, column)));
  return cropped(lowering, interleaved(lowering, phases, [batch, channels, ...grid]), geometry);
}

/** One convolution with all phases as channels; taps that a phase does not have are zero. */
function byBlocks(lowering: Lowering, { dy, filter, geometry, channels }: InputGradient): string {
  const { graph } = lowering;
  const { kernel, strides, output } = geometry;
  const [stride] = strides;
  const outputs = filter.example[3] ?? 1;
  const counts = perAxis((axis) => Math.ceil(kernel[axis] / stride));
  const missing = perAxis((axis) => counts[axis] * stride - kernel[axis]);
  const whole = graph.emit('Pad', [lowering.wire(filter, FILTER_IN_OUT), graph.integers([0, 0, 0, 0, 0, 0, ...missing])]);
  const split = lowering.reshape(whole, [channels, outputs, counts[0], stride, counts[1], stride]);
  const phasesFirst = graph.emit('Transpose', [split], { perm: [3, 5, 0, 1, 2, 4] });
  const stacked = lowering.reshape(phasesFirst, [stride * stride * channels, outputs, ...counts]);
  const vectors = [[-1, -1], [BEFORE_THE_START, BEFORE_THE_START], SPATIAL, [-1, -1]];
  const weights = graph.emit('Slice', [stacked, ...vectors.map((vector) => graph.integers(vector))]);
  const grid = gridOf(geometry);
  const pads = [counts[0] - 1, counts[1] - 1, grid[0] - output[0], grid[1] - output[1]];
  const blocks = graph.emit('Conv', [dy, weights], { kernel_shape: counts, pads });
  return cropped(lowering, graph.emit('DepthToSpace', [blocks], { blocksize: stride, mode: 'DCR' }), geometry);
}

interface Images {
  readonly name: string;
  readonly channels: number;
}

/** Images of the output's size with stride - 1 zeros after every row and column. */
function spread(lowering: Lowering, { name, channels }: Images, { geometry, batch }: InputGradient): string {
  const { graph } = lowering;
  const { output, strides } = geometry;
  const apart = lowering.reshape(name, [batch, channels, output[0], 1, output[1], 1]);
  const ends = [0, 0, 0, strides[0] - 1, 0, strides[1] - 1];
  const padded = graph.emit('Pad', [apart, graph.integers([0, 0, 0, 0, 0, 0, ...ends])]);
  return lowering.reshape(padded, [batch, channels, output[0] * strides[0], output[1] * strides[1]]);
}

/** Zeros between the rows and columns of the gradient, and the convolution of stride 1. For depthwise filters, whose work is small. */
function bySpreading(lowering: Lowering, gradient: InputGradient): string {
  const { dy, filter, geometry, channels } = gradient;
  const wide = spread(lowering, { name: dy, channels: channels * (filter.example[3] ?? 1) }, gradient);
  return lowering.graph.emit('Conv', [wide, flipped(lowering, filter)], { ...shared(gradient), pads: spreadPads(geometry) });
}

function spreadPads({ kernel, dilations, pads, input, output, strides }: ConvolutionGeometry): number[] {
  const begins = perAxis((axis) => (kernel[axis] - 1) * dilations[axis] - pads[axis]);
  return [...begins, ...perAxis((axis) => input[axis] + pads[axis] - output[axis] * strides[axis])];
}

/** One tap only: a product at every position, and zeros between. */
function bySinglePixels(lowering: Lowering, gradient: InputGradient): string {
  const { dy, geometry, channels } = gradient;
  const products = lowering.graph.emit('Conv', [dy, flipped(lowering, gradient.filter)], { kernel_shape: [1, 1] });
  return cropped(lowering, spread(lowering, { name: products, channels }, gradient), geometry);
}

function canUsePhases({ geometry, depthwise }: InputGradient): boolean {
  const { dilations, kernel, strides, output } = geometry;
  const grid = gridOf(geometry);
  const fits = [0, 1].every((axis) => (grid[axis] ?? 0) >= (output[axis] ?? 0) && (kernel[axis] ?? 0) >= (strides[axis] ?? 1));
  return !depthwise && dilations.every((dilation) => dilation === 1) && strides[0] === strides[1] && fits;
}

/** Emits the nodes and returns the name of [batch, channels, height, width]. */
export function emitInputGradient(lowering: Lowering, gradient: InputGradient): string {
  const { geometry, depthwise } = gradient;
  const isDense = geometry.strides.every((stride) => stride === 1);
  if (isDense && backwardPads(geometry).every((pad) => pad >= 0)) return byFlippedFilter(lowering, gradient);
  if (canUseBlockPhases(lowering, gradient)) return emitBlockPhases(lowering, gradient);
  const { stridedInputGradient: choice } = lowering.choices;
  const isSingle = geometry.kernel.every((size) => size === 1) && geometry.pads.every((pad) => pad === 0);
  if (choice === 'transposed' || isDense) return byTransposedConvolution(lowering, gradient);
  if (isSingle && !depthwise) return bySinglePixels(lowering, gradient);
  if (depthwise && spreadPads(geometry).every((pad) => pad >= 0)) return bySpreading(lowering, gradient);
  if (!canUsePhases(gradient)) return byTransposedConvolution(lowering, gradient);
  return (choice === 'phases' ? byPhases : byBlocks)(lowering, gradient);
}
