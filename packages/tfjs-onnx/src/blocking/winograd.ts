/**
 * 3x3 convolutions with many channels in half the multiplications: Winograd's F(4, 3) along rows (Lavin and Gray, "Fast
 * Algorithms for Convolutional Neural Networks", 2016), with the columns as they are. Four neighbours of a row come from six sums of
 * six pixels (`V`), six convolutions of 3x1 (`M`), and sums of these (`A`).
 *
 * The sums are depthwise convolutions, which take the style and the demodulation of modulated weights along for nothing: what is
 * convolved with stays constant. Results differ from the plain convolution's by about 1e-6 of the largest. In blocks of 1, which
 * are plain tensors, the operators are ONNX's own.
 */
import type { OnnxNode } from '../onnx/model.ts';
import { BLOCK_DOMAIN } from './blocked-graph.ts';
import type { BlockedGraph } from './blocked-graph.ts';
import { blockedBias, factorsOf } from './blocked-weights.ts';
import type { WeightSource } from './blocked-weights.ts';
import { convolutionMove } from './infer-sizes.ts';
import type { Sizes } from './infer-sizes.ts';

/** Pixels of a row that are computed together, and what they are computed from. */
const TILE = 4;
const SUMS = 6;
const KERNEL = 3;

const BEFORE: readonly (readonly number[])[] = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];

const OF_WEIGHTS: readonly (readonly number[])[] = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

const AFTER: readonly (readonly number[])[] = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/** From here on it was faster (README.md, "What was tried"): with fewer channels the sums take what the products save, in blocks sooner. */
const FEWEST_CHANNELS = { plain: 128, blocks: 256 };
const SMALLEST_SIDE = 32;

/** [O / B, B, I / B, B, 3, sums] as [sums, O / B, I / B, 3, B, B]. */
const SUMS_FIRST = [5, 0, 2, 4, 3, 1];

/** A convolution as it can be computed so. */
export interface WinogradConvolution {
  /** [O, I, 3, 3] */
  readonly weight: string;
  /** Vectors of I numbers that scale the input, and of O numbers that scale the output; numbers among either. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly sizes: readonly [outputs: number, inputs: number];
  /** Of the image. */
  readonly height: number;
  readonly width: number;
}

const product = (sizes: Sizes): number | undefined => sizes.reduce((total, size) => (total === undefined || size === undefined ? undefined : total * size), 1);

function isPlainMove(node: OnnxNode): boolean {
  const { strides, dilations, pads, group } = convolutionMove(node);
  return group === 1 && [...strides, ...dilations, ...pads].every((value) => value === 1);
}

/** Sorts the factors of modulated weights; `undefined` when the convolution is another, or would not gain. */
export function winogradConvolution(
  node: OnnxNode,
  graph: BlockedGraph,
  { isConstant, producer }: { isConstant(name: string): boolean; producer: WeightSource['producer'] },
): WinogradConvolution | undefined {
  const [x = '', name = ''] = node.inputs;
  const [outputs = 0, inputs = 0, ...kernel] = graph.sizes.get(name) ?? [];
  const [, , height = 0, width = 0] = graph.sizes.get(x) ?? [];
  const fewest = graph.block === 1 ? FEWEST_CHANNELS.plain : FEWEST_CHANNELS.blocks;
  const isLarge = Math.min(outputs, inputs) >= fewest && outputs % graph.block === 0 && Math.min(height, width) >= SMALLEST_SIDE;
  if (!isLarge || width % TILE > 0 || kernel.join() !== [KERNEL, KERNEL].join() || !isPlainMove(node)) return undefined;
  const [whole, before, after]: [string[], string[], string[]] = [[], [], []];
  for (const factor of factorsOf(graph, { name, producer })) {
    const sizes = graph.sizes.get(factor) ?? [];
    const items = product(sizes);
    if (items === 1 || (items === outputs && sizes[0] === outputs)) after.push(factor);
    else if (items === inputs && sizes[1] === inputs) before.push(factor);
    else whole.push(factor);
  }
  const [weight] = whole;
  if (whole.length !== 1 || weight === undefined || !isConstant(weight)) return undefined;
  return { weight, before, after, sizes: [outputs, inputs], height, width };
}

/** Depthwise weights: rows of a table, each times vectors of `channels` numbers. */
function sums(graph: BlockedGraph, row: readonly number[], { scales, channels }: { readonly scales: readonly string[]; readonly channels: number }): string {
  const blocks = channels / graph.block;
  const table = graph.floats(row, [1, SUMS, 1]);
  const vectors = scales.map((name) => (product(graph.sizes.get(name) ?? []) === 1 ? graph.reshape(graph.plain(name), [1, 1, 1]) : graph.reshape(graph.plain(name), [blocks, 1, graph.block])));
  const scaled = vectors.reduce((all, vector) => graph.emit({ operator: 'Mul', inputs: [vector, all] }), table);
  return graph.emit({ operator: 'Expand', inputs: [scaled, graph.integers([blocks, SUMS, graph.block])] });
}

/** The weights of the six convolutions, each [O, I, 3, 1] in blocks. ONNX Runtime computes them when the file is opened. */
function columnWeights(graph: BlockedGraph, { weight, sizes: [outputs, inputs] }: WinogradConvolution): readonly string[] {
  const rows = graph.reshape(graph.plain(weight), [outputs * inputs * KERNEL, KERNEL]);
  const turned = Array.from({ length: KERNEL }, (_, tap) => OF_WEIGHTS.map((row) => row[tap] as number)).flat();
  const summed = graph.emit({ operator: 'MatMul', inputs: [rows, graph.floats(turned, [KERNEL, SUMS])] });
  const { block } = graph;
  const apart = graph.reshape(summed, [outputs / block, block, inputs / block, block, KERNEL, SUMS]);
  const moved = graph.emit({ operator: 'Transpose', inputs: [apart], attributes: { perm: SUMS_FIRST } });
  return BEFORE.map((_, index) => {
    const one = graph.emit({ operator: 'Gather', inputs: [moved, graph.integers([index])], attributes: { axis: 0 } });
    return graph.reshape(one, [outputs, inputs, KERNEL, 1]);
  });
}

interface Move {
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  readonly pads?: readonly number[];
  readonly group?: number;
}

function convolve(graph: BlockedGraph, inputs: readonly string[], { kernel, strides = [1, 1], pads = [0, 0, 0, 0], group = 1 }: Move): string {
  const attributes = { kernel_shape: kernel, strides, dilations: [1, 1], pads, group };
  return graph.emit({ operator: 'Conv', inputs, attributes, ...(graph.block === 1 ? {} : { domain: BLOCK_DOMAIN }) });
}

/** Adds the convolution of a twin; returns the result's twin. */
export function emitWinograd(graph: BlockedGraph, convolution: WinogradConvolution, { twin, bias }: { readonly twin: string; readonly bias: string | undefined }): string {
  const { before, after, height, width, sizes: [outputs, inputs] } = convolution;
  const { block } = graph;
  const tiles = width / TILE;
  const columns = columnWeights(graph, convolution).map((weights, index) => {
    const table = graph.reshape(sums(graph, BEFORE[index] as readonly number[], { scales: before, channels: inputs }), [inputs, 1, 1, SUMS]);
    const summed = convolve(graph, [twin, table], { kernel: [1, SUMS], strides: [1, TILE], pads: [0, 1, 0, 1], group: inputs });
    return convolve(graph, [summed, weights], { kernel: [KERNEL, 1], pads: [1, 0, 1, 0] });
  });
  // The six results of a row below each other: a sum is then a column, and each is copied by whole rows.
  const stacked = graph.emit({ operator: 'Concat', inputs: columns.map((name) => graph.reshape(name, [-1, tiles * block])), attributes: { axis: 1 } });
  const tall = graph.reshape(stacked, [-1, outputs, SUMS * height, tiles]);
  const pixels = AFTER.map((row) => {
    const table = graph.reshape(sums(graph, row, { scales: after, channels: outputs }), [outputs, 1, SUMS, 1]);
    const biases = bias === undefined ? [] : [blockedBias(graph, bias, outputs)];
    return convolve(graph, [tall, table, ...biases], { kernel: [SUMS, 1], strides: [SUMS, 1], group: outputs });
  });
  const joined = graph.emit({ operator: 'Concat', inputs: pixels.map((name) => graph.reshape(name, [-1, block])), attributes: { axis: 1 } });
  const result = graph.reshape(joined, [-1, outputs, height, width]);
  graph.activateWith(result, pixels);
  return result;
}
