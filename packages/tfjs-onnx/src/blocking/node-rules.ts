/**
 * Which nodes run on channel blocks, and how. A rule adds nodes for one of the original graph and says that it did; where
 * it declines, the node stays as it is, on plain tensors.
 */
import type { OnnxNode } from '../onnx/model.ts';
import { BLOCK_DOMAIN } from './blocked-graph.ts';
import type { BlockedGraph } from './blocked-graph.ts';
import { blockedBias, blockedDepthwiseWeights, blockedWeights } from './blocked-weights.ts';
import { addedByConvolution, byChannels, overPixels } from './channel-rules.ts';
import { areImageSizes, convolutionMove } from './infer-sizes.ts';
import type { Sizes } from './infer-sizes.ts';
import { emitWinograd, winogradConvolution } from './winograd.ts';

/** What a rule may ask of the original graph. */
export interface Surroundings {
  readonly graph: BlockedGraph;
  producer(name: string): OnnxNode | undefined;
  /** The only node that reads a tensor; `undefined` where there are others, or it is an output. */
  onlyReader(name: string): OnnxNode | undefined;
  /** Whether a tensor depends on constants only. */
  isConstant(name: string): boolean;
  /** The numbers of a constant vector. */
  integersOf(name: string): readonly number[] | undefined;
  /** A constant number. */
  floatOf(name: string): number | undefined;
  /** Whether convolutions with constant weights start blocks, too. */
  readonly eager: boolean;
  /** Whether some convolution has weights that do not depend on constants only. */
  readonly hasComputedWeights: boolean;
  /** Twins that wait to be interleaved, by the name of their concatenation. */
  readonly apart: Map<string, readonly string[]>;
}

/** Adds nodes in place of one of the original graph, and says whether it did. */
export type Rule = (node: OnnxNode, surroundings: Surroundings) => boolean;

const SPATIAL_BLOCK = 2;
const output = ({ outputs }: OnnxNode): string => outputs[0] as string;

interface Parts {
  readonly weights: string;
  readonly bias: string | undefined;
  readonly outputs: number;
  readonly group: number;
}

function emitConvolution(node: OnnxNode, { graph }: Surroundings, { weights, bias, outputs, group }: Parts): void {
  const { strides, dilations, pads } = convolutionMove(node);
  const [x = '', weight = ''] = node.inputs;
  const kernel = (graph.sizes.get(weight) as readonly number[]).slice(2);
  const twin = graph.emit({
    operator: 'Conv',
    inputs: [graph.twin(x), weights, ...(bias === undefined ? [] : [blockedBias(graph, bias, outputs)])],
    attributes: { kernel_shape: kernel, strides, dilations, pads, group },
    domain: BLOCK_DOMAIN,
  });
  if (outputs % graph.block === 0) graph.bindTwin(output(node), twin);
  else graph.unblock(twin, { output: output(node), channels: outputs });
}

/**
 * ONNX Runtime lays constant weights out in blocks by itself, but then carries activations to and fro around everything
 * that it has no rule for. So convolutions with constant weights come here only among others with computed ones, or where
 * their input is in blocks anyway.
 */
const convolution: Rule = (node, surroundings) => {
  const { graph, isConstant, producer, eager, hasComputedWeights } = surroundings;
  const [x = '', weight = '', bias] = node.inputs;
  const sizes = graph.sizes.get(weight);
  if (graph.blockable(x) === undefined || !areImageSizes(sizes) || node.attributes['auto_pad'] !== undefined) return false;
  const isWanted = graph.hasTwin(x) || eager || hasComputedWeights;
  if (!isWanted && isConstant(weight)) return false;
  const winograd = winogradConvolution(node, graph, surroundings);
  if (winograd !== undefined) {
    graph.bindTwin(output(node), emitWinograd(graph, winograd, { twin: graph.twin(x), bias }));
    return true;
  }
  const { group } = convolutionMove(node);
  const [outputs = 1, inputs = 1] = sizes;
  if (group === 1) emitConvolution(node, surroundings, { weights: blockedWeights(graph, { name: weight, producer }), bias, outputs, group });
  else if (isWanted && inputs === 1 && group === outputs) emitConvolution(node, surroundings, { weights: blockedDepthwiseWeights(graph, weight), bias, outputs, group });
  else return false;
  return true;
};

/** A node that brings a tensor into blocks by itself: the twin is there, or is made once. */
export const twinFor: Rule = (node, { graph }) => {
  const [x = ''] = node.inputs;
  if (graph.blockable(x) === undefined) return false;
  graph.emit({ operator: 'Identity', inputs: [graph.twin(x)], output: output(node) });
  return true;
};

/** Activations that convolutions apply themselves, with their parameters in ONNX Runtime's order. */
const FUSED: ReadonlyMap<string, readonly string[]> = new Map([
  ['LeakyRelu', ['alpha']],
  ['Relu', []],
  ['Sigmoid', []],
  ['Tanh', []],
]);

/** Item by item, of one tensor. */
const unary: Rule = (node, { graph, onlyReader }) => {
  const [x = ''] = node.inputs;
  if (!graph.hasTwin(x) || node.inputs.length > 1) return false;
  const twin = graph.twin(x);
  const parameters = FUSED.get(node.operator)?.map((name) => (node.attributes[name] as { readonly float: number } | undefined)?.float);
  const isReadHere = onlyReader(x) === node;
  if (isReadHere && parameters !== undefined && parameters.every((value) => value !== undefined)) {
    const activation = { activation: node.operator, ...(parameters.length === 0 ? {} : { activation_params: { floats: parameters } }) };
    if (graph.fuseActivation(twin, activation)) {
      graph.bindTwin(output(node), twin);
      return true;
    }
  }
  graph.bindTwin(output(node), graph.emit({ operator: node.operator, inputs: [twin], attributes: node.attributes }));
  return true;
};

/** Limits that are numbers. */
const clip: Rule = (node, { graph, onlyReader, floatOf }) => {
  const [x = '', ...limits] = node.inputs;
  if (!graph.hasTwin(x)) return false;
  const [least, most] = limits.map(floatOf);
  const isJoined = onlyReader(x) === node && least !== undefined && most !== undefined && graph.fuseActivation(graph.twin(x), { activation: 'Clip', activation_params: { floats: [least, most] } });
  if (isJoined) {
    graph.bindTwin(output(node), graph.twin(x));
    return true;
  }
  graph.bindTwin(output(node), graph.emit({ operator: 'Clip', inputs: [graph.twin(x), ...limits.map((name) => graph.plain(name))] }));
  return true;
};

/** An operand as it broadcasts against [N, C / B, H * W, B]; `undefined` where it cannot. */
function operand(graph: BlockedGraph, name: string, [, channels = 0, height = 0, width = 0]: readonly number[]): string | undefined {
  const sizes = graph.sizes.get(name);
  const own = sizes === undefined || sizes.length > 4 ? undefined : [...Array.from({ length: 4 - sizes.length }, () => 1), ...sizes];
  if (own === undefined) return undefined;
  const [batch, depth, rows, columns] = own;
  const { block } = graph;
  const first = batch === 1 ? 1 : -1;
  if (own.every((size) => size === 1)) return graph.plain(name);
  if (rows === 1 && columns === 1 && depth === channels) return graph.reshape(graph.plain(name), [first, channels / block, 1, block]);
  if (rows === height && columns === width && depth === 1) return graph.reshape(graph.plain(name), [first, 1, height * width, 1]);
  return undefined;
}

const sameSizes = (first: Sizes, second: Sizes | undefined): boolean => first.length === second?.length && first.every((size, axis) => size === second[axis]);

const COMPARISONS = new Set(['Greater', 'Less']);

/** Item by item, of two tensors: both in blocks, or one in blocks and one that broadcasts over pixels or channels. */
const binary: Rule = (node, surroundings) => {
  const { graph } = surroundings;
  const [left = '', right = ''] = node.inputs;
  if (byChannels(node, surroundings) || addedByConvolution(node, surroundings)) return true;
  const sizes = graph.blockable(output(node));
  const twins = node.inputs.filter((name) => graph.hasTwin(name) && sameSizes(sizes ?? [], graph.sizes.get(name)));
  if (node.inputs.length !== 2 || sizes === undefined || twins.length === 0) return false;
  if (COMPARISONS.has(node.operator)) graph.holdsTruth(output(node));
  if (sameSizes(sizes, graph.sizes.get(left)) && sameSizes(sizes, graph.sizes.get(right))) {
    graph.bindTwin(output(node), graph.emit({ operator: node.operator, inputs: [graph.twin(left), graph.twin(right)] }));
    return true;
  }
  const whole = [1, ...sizes.slice(1)];
  if (!areImageSizes(whole)) return false;
  const [twin] = twins as [string];
  const other = operand(graph, twin === left ? right : left, whole);
  if (other === undefined) return false;
  const [, channels = 0, height = 0, width = 0] = whole;
  const rows = graph.reshape(graph.twin(twin), [-1, channels / graph.block, height * width, graph.block]);
  const result = graph.emit({ operator: node.operator, inputs: twin === left ? [rows, other] : [other, rows] });
  graph.bindTwin(output(node), graph.reshape(result, [-1, channels, height, width]));
  return true;
};

/** A choice between tensors in blocks, by a condition in blocks; numbers broadcast. */
const where: Rule = (node, { graph }) => {
  const sizes = graph.blockable(output(node));
  const [condition = ''] = node.inputs;
  if (sizes === undefined || !graph.hasTwin(condition) || !sameSizes(sizes, graph.sizes.get(condition))) return false;
  const isNumber = (name: string): boolean => (graph.sizes.get(name) ?? [undefined]).every((size) => size === 1);
  if (!node.inputs.every((name) => isNumber(name) || sameSizes(sizes, graph.sizes.get(name)))) return false;
  graph.bindTwin(output(node), graph.emit({ operator: 'Where', inputs: node.inputs.map((name) => (isNumber(name) ? graph.plain(name) : graph.twin(name))) }));
  return true;
};

function isInterleaving(node: OnnxNode | undefined): boolean {
  return node?.operator === 'DepthToSpace' && node.attributes['blocksize'] === SPATIAL_BLOCK && (node.attributes['mode'] ?? 'DCR') === 'DCR';
}

/** Along channels, of tensors in blocks. Four that are interleaved next are left apart. */
const concat: Rule = (node, { graph, onlyReader, apart }) => {
  const { inputs } = node;
  if (node.attributes['axis'] !== 1 || !inputs.every((name) => graph.hasTwin(name))) return false;
  const [first] = inputs.map((name) => graph.sizes.get(name));
  const isEven = areImageSizes(first?.with(0, 1)) && inputs.every((name) => sameSizes(first as Sizes, graph.sizes.get(name)));
  if (inputs.length === SPATIAL_BLOCK ** 2 && isEven && isInterleaving(onlyReader(output(node)))) apart.set(output(node), inputs);
  else graph.bindTwin(output(node), graph.emit({ operator: 'Concat', inputs: inputs.map((name) => graph.twin(name)), attributes: { axis: 1 } }));
  return true;
};

/** Where the pixels of two rows come from when the four parts' rows lie one after the other. */
function interleavedPlaces(width: number): readonly number[] {
  const row = (first: number): readonly number[] => Array.from({ length: 2 * width }, (_, place) => (first + (place % 2)) * width + Math.floor(place / 2));
  return [...row(0), ...row(2)];
}

/** Interleaves (even, even), (even, odd), (odd, even), (odd, odd): first their rows, then, in pieces of one pixel's block, the pixels of these. */
const depthToSpace: Rule = (node, { graph, apart }) => {
  const parts = apart.get(node.inputs[0] ?? '');
  if (parts === undefined) return false;
  const [, channels = 0, height = 0, width = 0] = (graph.sizes.get(parts[0] ?? '') as Sizes).with(0, 1) as readonly number[];
  const rows = graph.emit({ operator: 'Concat', inputs: parts.map((name) => graph.reshape(graph.twin(name), [-1, width * graph.block])), attributes: { axis: 1 } });
  const pixels = graph.reshape(rows, [-1, parts.length * width, graph.block]);
  const image = graph.emit({ operator: 'Gather', inputs: [pixels, graph.integers(interleavedPlaces(width))], attributes: { axis: 1 } });
  graph.bindTwin(output(node), graph.reshape(image, [-1, channels, 2 * height, 2 * width]));
  return true;
};

/** By ONNX operator. */
export const NODE_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Conv', convolution],
  ...['LeakyRelu', 'Relu', 'Sigmoid', 'Tanh', 'Elu', 'Neg', 'Abs', 'Exp', 'Sqrt', 'Reciprocal', 'Erf', 'Softplus', 'HardSigmoid'].map((name) => [name, unary] as const),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Greater', 'Less'].map((name) => [name, binary] as const),
  ['Clip', clip],
  ['ReduceSum', overPixels],
  ['ReduceMean', overPixels],
  ['Where', where],
  ['Concat', concat],
  ['DepthToSpace', depthToSpace],
]);
