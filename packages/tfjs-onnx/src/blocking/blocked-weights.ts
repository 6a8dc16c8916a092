/**
 * Weights of convolutions in channel blocks, by operations that ONNX Runtime runs once when the weights are constant. Where
 * they are products (a constant times a style), the factors are brought into blocks, so that the constant stays one.
 */
import type { OnnxNode } from '../onnx/model.ts';
import type { BlockedGraph } from './blocked-graph.ts';
import { areImageSizes } from './infer-sizes.ts';
import type { Sizes } from './infer-sizes.ts';

/** [O / B, B, I / B, B, height, width] as [O / B, I / B, height, width, B, B]. */
const BLOCKS_LAST = [0, 2, 4, 5, 3, 1];

/** A convolution's weights and what is known of how they come about. */
export interface WeightSource {
  readonly name: string;
  producer(name: string): OnnxNode | undefined;
}

function split(size: number, block: number): readonly [number, number] {
  return size === 1 ? [1, 1] : [size / block, block];
}

/** Zeros after the first axis, so that it has whole blocks. */
function filledUp(graph: BlockedGraph, name: string, sizes: readonly number[]): readonly [string, readonly number[]] {
  const [first = 1] = sizes;
  const missing = first === 1 ? 0 : (graph.block - (first % graph.block)) % graph.block;
  if (missing === 0) return [graph.plain(name), sizes];
  const pads = [...sizes.map(() => 0), missing, ...sizes.slice(1).map(() => 0)];
  return [graph.emit({ operator: 'Pad', inputs: [graph.plain(name), graph.integers(pads)] }), sizes.with(0, first + missing)];
}

/** Of weights that are a transposed tensor, in whole blocks: one transposition in place of two. */
function transposedLeaf(graph: BlockedGraph, { name, producer }: WeightSource): string | undefined {
  const node = producer(name);
  const [source = ''] = node?.inputs ?? [];
  const sizes = graph.sizes.get(source);
  const perm = node?.attributes['perm'] as readonly number[] | undefined;
  if (node?.operator !== 'Transpose' || perm === undefined || !areImageSizes(sizes)) return undefined;
  const [output, input] = perm as readonly [number, number, ...number[]];
  const inBlocks = (axis: number): boolean => axis === output || axis === input;
  if (![output, input].every((axis) => (sizes[axis] as number) % graph.block === 0)) return undefined;
  const parts = sizes.flatMap((size, axis) => (inBlocks(axis) ? split(size, graph.block) : [size]));
  const places = sizes.map((_, axis) => axis + Number(output < axis) + Number(input < axis));
  const moved = perm.flatMap((axis) => (inBlocks(axis) ? [places[axis] as number, (places[axis] as number) + 1] : [places[axis] as number]));
  return graph.emit({ operator: 'Transpose', inputs: [graph.reshape(graph.plain(source), parts)], attributes: { perm: BLOCKS_LAST.map((axis) => moved[axis] as number) } });
}

function leaf(graph: BlockedGraph, source: WeightSource): string {
  const { name } = source;
  const transposed = transposedLeaf(graph, source);
  if (transposed !== undefined) return transposed;
  const [full, sizes] = filledUp(graph, name, graph.sizes.get(name) as readonly number[]);
  const [output = 1, input = 1, height = 1, width = 1] = sizes;
  const parts = [...split(output, graph.block), ...split(input, graph.block), height, width];
  const moved = BLOCKS_LAST.map((axis) => parts[axis] as number);
  const isVector = (output === 1 || input === 1) && height * width === 1;
  if (isVector) return graph.reshape(full, moved);
  return graph.emit({ operator: 'Transpose', inputs: [graph.reshape(full, parts)], attributes: { perm: BLOCKS_LAST } });
}

/** The factors of a product of products; of anything else, itself. */
export function factorsOf(graph: BlockedGraph, { name, producer }: WeightSource): readonly string[] {
  const node = producer(name);
  const isUsable = node?.operator === 'Mul' && node.inputs.every((factor) => isScalar(graph.sizes.get(factor)) || areImageSizes(graph.sizes.get(factor)));
  return isUsable ? node.inputs.flatMap((factor) => factorsOf(graph, { name: factor, producer })) : [name];
}

const isScalar = (sizes: Sizes | undefined): boolean => sizes?.length === 0;

const itemsOf = (graph: BlockedGraph, name: string): number => (graph.sizes.get(name) as readonly number[]).reduce((total, size) => total * size, 1);

/** Numbers are multiplied into the smallest factor, and the largest factor comes first, so that few items are multiplied. */
function sixAxes(graph: BlockedGraph, source: WeightSource): string {
  const factors = factorsOf(graph, source);
  const wide = factors.filter((name) => !isScalar(graph.sizes.get(name))).toSorted((first, second) => itemsOf(graph, second) - itemsOf(graph, first));
  const parts = wide.map((name) => leaf(graph, { name, producer: source.producer }));
  for (const name of factors.filter((factor) => isScalar(graph.sizes.get(factor)))) {
    parts.push(graph.emit({ operator: 'Mul', inputs: [parts.pop() as string, graph.plain(name)] }));
  }
  return parts.reduce((product, part) => graph.emit({ operator: 'Mul', inputs: [product, part] }));
}

/** Weights [O, I, height, width] in channel blocks, O filled up with zeros to whole blocks. */
export function blockedWeights(graph: BlockedGraph, source: WeightSource): string {
  const [output = 1, input = 1, height = 1, width = 1] = graph.sizes.get(source.name) as readonly number[];
  const whole = Math.ceil(output / graph.block) * graph.block;
  return graph.reshape(sixAxes(graph, source), [whole, input, height, width]);
}

/** Weights [C, 1, height, width] of a depthwise convolution in channel blocks. */
export function blockedDepthwiseWeights(graph: BlockedGraph, name: string): string {
  const [channels = 1, , height = 1, width = 1] = graph.sizes.get(name) as readonly number[];
  const apart = graph.reshape(graph.plain(name), [channels / graph.block, graph.block, height, width]);
  const moved = graph.emit({ operator: 'Transpose', inputs: [apart], attributes: { perm: [0, 2, 3, 1] } });
  return graph.reshape(moved, [channels, 1, height, width]);
}

/** A bias [O] filled up with zeros to whole blocks. */
export function blockedBias(graph: BlockedGraph, name: string, outputs: number): string {
  const missing = (graph.block - (outputs % graph.block)) % graph.block;
  return missing === 0 ? graph.plain(name) : graph.emit({ operator: 'Pad', inputs: [graph.plain(name), graph.integers([0, missing])] });
}
