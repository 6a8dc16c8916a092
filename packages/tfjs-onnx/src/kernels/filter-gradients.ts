/**
 * Filter gradients of convolutions as matrix products over positions: the input, shifted as each tap sees it, times the
 * gradient of the output. `Choices` names how many products there are and what is copied for them.
 */
import type { Choices } from '../lowering/choices.ts';
import type { Lowering } from '../lowering/lowering.ts';
import type { Dimension } from '../recording/dimension.ts';
import type { ConvolutionGeometry } from './convolution-geometry.ts';
import { canUsePixels, emitPixelGradient } from './pixel-gradients.ts';

/** What a filter gradient is computed from. */
export interface FilterGradient {
  /** [batch, in, height, width] */
  readonly x: string;
  /** [batch, out, height, width] */
  readonly dy: string;
  readonly geometry: ConvolutionGeometry;
  /** [height, width, in, out] */
  readonly filterShape: readonly number[];
  readonly batch: Dimension;
}

/** Images with their channels in front: `[channels, batch, height, width]` instead of `[batch, channels, height, width]`. */
interface Layout {
  readonly channelsInFront: boolean;
  readonly batch: Dimension;
}

interface Task extends FilterGradient {
  readonly layout: Layout;
}

interface Channels {
  readonly name: string;
  readonly channels: number;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** For each tap of the filter, the part of the padded input that it meets, strided. The last two axes of `x` are height and width. */
export function tapsOf(lowering: Lowering, x: string, { kernel, dilations, strides, output, pads, input }: ConvolutionGeometry): string[] {
  const { graph } = lowering;
  const [top, left, bottom, right] = pads;
  const isWhole = product(kernel) === 1 && product(strides) === 1 && output.every((size, axis) => size === input[axis]);
  if (isWhole) return [x];
  const padded = pads.some((pad) => pad > 0) ? graph.emit('Pad', [x, graph.integers([0, 0, top, left, 0, 0, bottom, right])]) : x;
  const [axes, steps] = [graph.integers([2, 3]), graph.integers(strides)];
  const ends = (start: readonly number[]): number[] =>
    start.map((first, axis) => first + ((output[axis] ?? 1) - 1) * (strides[axis] ?? 1) + 1);
  const starts = Array.from({ length: kernel[0] }, (_, row) =>
    Array.from({ length: kernel[1] }, (__, column) => [row * dilations[0], column * dilations[1]]),
  ).flat();
  return starts.map((start) => graph.emit('Slice', [padded, graph.integers(start), graph.integers(ends(start)), axes, steps]));
}

/** One below the other, as more channels. */
function stacked(lowering: Lowering, names: readonly string[], { channelsInFront }: Layout): string {
  return names.length === 1 ? (names[0] ?? '') : lowering.graph.emit('Concat', names, { axis: channelsInFront ? 0 : 1 });
}

/** Sum over batch and positions of every channel of `left` times every channel of `right`: [left, right]. */
function correlation(lowering: Lowering, [left, right]: readonly [Channels, Channels], { positions, layout }: { positions: number; layout: Layout }): string {
  const { graph } = lowering;
  const { batch, channelsInFront } = layout;
  const shapeOf = (channels: number): Dimension[] => (channelsInFront ? [channels, Number(batch) * positions] : [batch, channels, positions]);
  const rows = lowering.reshape(left.name, shapeOf(left.channels));
  // Next to the product, where ONNX Runtime joins the two.
  const columns = graph.emit('Transpose', [lowering.reshape(right.name, shapeOf(right.channels))], { perm: channelsInFront ? [1, 0] : [0, 2, 1] });
  const products = graph.emit('MatMul', [rows, columns]);
  return channelsInFront ? products : graph.emit('ReduceSum', [products, graph.integers([0])], { keepdims: 0 });
}

function byTaps(lowering: Lowering, { x, dy, geometry, filterShape, layout }: Task): string {
  const [, , inputs = 1, outputs = 1] = filterShape;
  const sizes = { positions: product(geometry.output), layout };
  const products = tapsOf(lowering, x, geometry).map((name) => correlation(lowering, [{ name, channels: inputs }, { name: dy, channels: outputs }], sizes));
  return products.length === 1 ? (products[0] ?? '') : lowering.graph.emit('Concat', products, { axis: 0 });
}

/** All taps as channels. */
function byColumns(lowering: Lowering, { x, dy, geometry, filterShape, layout }: Task): string {
  const [, , inputs = 1, outputs = 1] = filterShape;
  const taps = tapsOf(lowering, x, geometry);
  const left = { name: stacked(lowering, taps, layout), channels: inputs * taps.length };
  return correlation(lowering, [left, { name: dy, channels: outputs }], { positions: product(geometry.output), layout });
}

/** `name` moved by pixels along an axis, into an axis of another length; zeros come in. */
function shifted(lowering: Lowering, name: string, { axis, before, after }: { axis: 2 | 3; before: number; after: number }): string {
  const pads = [0, 0, 0, 0, 0, 0, 0, 0].with(axis, before).with(axis + 4, after);
  return before === 0 && after === 0 ? name : lowering.graph.emit('Pad', [name, lowering.graph.integers(pads)]);
}

/** The input as each row of the filter sees it, and the gradient as each column does, at stride 1: copies for rows and columns, not for each tap. */
function shiftsOf(lowering: Lowering, { x, dy, geometry, filterShape }: Task): { readonly rows: string[]; readonly columns: string[] } {
  const [height = 1, width = 1] = filterShape;
  const { input, output, pads, dilations } = geometry;
  const rows = Array.from({ length: height }, (_, row) => {
    const before = pads[0] - row * dilations[0];
    return shifted(lowering, x, { axis: 2, before, after: output[0] - input[0] - before });
  });
  const columns = Array.from({ length: width }, (_, column) => {
    const before = column * dilations[1] - pads[1];
    return shifted(lowering, dy, { axis: 3, before, after: input[1] - output[1] - before });
  });
  return { rows, columns };
}

/** One product of all rows with all columns. */
function byOuterProduct(lowering: Lowering, task: Task): string {
  const { filterShape, geometry, layout } = task;
  const [height = 1, width = 1, inputs = 1, outputs = 1] = filterShape;
  const { rows, columns } = shiftsOf(lowering, task);
  const left = { name: stacked(lowering, rows, layout), channels: height * inputs };
  const right = { name: stacked(lowering, columns, layout), channels: width * outputs };
  const sums = correlation(lowering, [left, right], { positions: geometry.output[0] * geometry.input[1], layout });
  return lowering.graph.emit('Transpose', [lowering.reshape(sums, [height, inputs, width, outputs])], { perm: [0, 2, 1, 3] });
}

/** A product of each row with each column. */
function byPairs(lowering: Lowering, task: Task): string {
  const { filterShape, geometry, layout } = task;
  const [, , inputs = 1, outputs = 1] = filterShape;
  const { rows, columns } = shiftsOf(lowering, task);
  const sizes = { positions: geometry.output[0] * geometry.input[1], layout };
  const products = rows.flatMap((row) => columns.map((column) => correlation(lowering, [{ name: row, channels: inputs }, { name: column, channels: outputs }], sizes)));
  return lowering.graph.emit('Concat', products, { axis: 0 });
}

/** Channels as images, the batch as channels: a convolution whose filter is the gradient and whose few outputs are the taps. */
function byConvolution(lowering: Lowering, { x, dy, geometry, filterShape }: Task): string {
  const { graph } = lowering;
  const { kernel, strides, dilations, pads, input, output } = geometry;
  const attributes = { kernel_shape: output, dilations: strides, strides: dilations, pads };
  const name = graph.emit('Conv', [x, dy], attributes);
  // Rows and columns of the input that no tap meets give more outputs than there are taps.
  const counts = [0, 1].map((axis) => {
    const positions = (input[axis] ?? 0) + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) - ((output[axis] ?? 1) - 1) * (strides[axis] ?? 1) - 1;
    return Math.floor(positions / (dilations[axis] ?? 1)) + 1;
  });
  const isWhole = counts.every((count, axis) => count === kernel[axis]);
  const taps = isWhole ? name : graph.emit('Slice', [name, graph.integers([0, 0]), graph.integers(kernel), graph.integers([2, 3])]);
  return graph.emit('Transpose', [lowering.reshape(taps, [...filterShape.slice(2), ...kernel])], { perm: [2, 3, 0, 1] });
}

/** Whether it costs less to bring the channels in front of the batch than to sum the products of all images. */
function isFewPositions({ geometry, filterShape, batch }: FilterGradient): boolean {
  if (typeof batch !== 'number' || batch === 1) return batch === 1;
  const [, , inputs = 1, outputs = 1] = filterShape;
  const images = batch * (product(geometry.input) * inputs + product(geometry.output) * outputs);
  return 2 * images < (batch + 1) * product(filterShape);
}

function layOut(lowering: Lowering, gradient: FilterGradient, always: boolean): Task {
  const { batch, x, dy } = gradient;
  const channelsInFront = always || isFewPositions(gradient);
  const layout = { channelsInFront, batch };
  if (!channelsInFront || (batch === 1 && !always)) return { ...gradient, layout };
  const inFront = (name: string): string => lowering.graph.emit('Transpose', [name], { perm: [1, 0, 2, 3] });
  return { ...gradient, x: inFront(x), dy: inFront(dy), layout };
}

type Writing = (lowering: Lowering, task: Task) => string;

const WRITINGS: Readonly<Record<Choices['filterGradient'], Writing>> = {
  taps: byTaps,
  columns: byColumns,
  outer: byOuterProduct,
  pairs: byPairs,
  convolution: byConvolution,
};

/** Shifts that serve several taps exist at stride 1 only. */
const STRIDED: Partial<typeof WRITINGS> = { outer: byColumns, pairs: byTaps };

/** Emits the nodes and returns the name of [height, width, in, out]. */
export function emitFilterGradient(lowering: Lowering, gradient: FilterGradient): string {
  const { kernel, strides } = gradient.geometry;
  if (canUsePixels(lowering, gradient)) return emitPixelGradient(lowering, gradient);
  const choice = product(kernel) === 1 ? 'taps' : lowering.choices.filterGradient;
  const strided = strides.every((stride) => stride === 1) ? undefined : STRIDED[choice];
  const task = layOut(lowering, gradient, choice === 'convolution');
  return lowering.reshape((strided ?? WRITINGS[choice])(lowering, task), gradient.filterShape);
}
