/**
 * Sizes of a graph's tensors, as far as they follow from sizes of inputs, weights and constant shapes. What depends on the
 * feeds, or on an operator that is not here, stays unknown.
 */
import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';
import type { Graph } from './read-graph.ts';

/** Sizes of one tensor; `undefined` is one that depends on the feeds, such as the batch. */
export type Sizes = readonly (number | undefined)[];

/** By tensor name; of a tensor that is missing not even the rank is known. */
export type SizesByName = ReadonlyMap<string, Sizes>;

const IMAGE_RANK = 4;

/** Whether all four sizes of images or filters are known. */
export function areImageSizes(sizes: Sizes | undefined): sizes is readonly [number, number, number, number] {
  return sizes?.length === IMAGE_RANK && sizes.every((size) => size !== undefined);
}

const BYTES_OF_INT64 = 8;

/** The numbers of a constant int64 tensor, as shapes, axes and paddings are given. */
export function integersOf({ type, data }: OnnxTensor): readonly number[] | undefined {
  if (type !== 'int64') return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: data.byteLength / BYTES_OF_INT64 }, (_, index) => Number(view.getBigInt64(index * BYTES_OF_INT64, true)));
}

/** The numbers of a constant float32 tensor. */
function floatsOf({ type, data }: OnnxTensor): readonly number[] | undefined {
  return type === 'float32' ? [...new Float32Array(Uint8Array.from(data).buffer)] : undefined;
}

interface Inference {
  readonly node: OnnxNode;
  /** Of each input. */
  readonly inputs: readonly (Sizes | undefined)[];
  /** Of an input that is a constant vector. */
  integers(input: number): readonly number[] | undefined;
  floats(input: number): readonly number[] | undefined;
}

const NO_CONSTANTS = { integers: () => undefined, floats: () => undefined };

type Rule = (inference: Inference) => Sizes | undefined;

const same: Rule = ({ inputs }) => inputs[0];

function pair(first: number | undefined, second: number | undefined): number | undefined {
  if (first === 1) return second;
  if (second === 1 || first === second) return first;
  return first ?? second;
}

const broadcast: Rule = ({ inputs }) => {
  let result: Sizes = [];
  for (const sizes of inputs) {
    if (sizes === undefined) return undefined;
    const rank = Math.max(result.length, sizes.length);
    const before: Sizes = result;
    result = Array.from({ length: rank }, (_, axis) => pair(padded(before, rank)[axis], padded(sizes, rank)[axis]));
  }
  return result;
};

function padded(sizes: Sizes, rank: number): Sizes {
  return [...Array.from({ length: rank - sizes.length }, () => 1), ...sizes];
}

const product = (sizes: Sizes): number | undefined => sizes.reduce((total, size) => (total === undefined || size === undefined ? undefined : total * size), 1);

const reshape: Rule = ({ inputs: [sizes], integers }) => {
  const wanted = integers(1);
  if (wanted === undefined) return undefined;
  const known = wanted.map((size, axis) => (size === 0 ? sizes?.[axis] : size));
  const total = sizes === undefined ? undefined : product(sizes);
  const others = product(known.filter((size) => size !== -1));
  const rest = total === undefined || others === undefined ? undefined : total / others;
  return known.map((size) => (size === -1 ? rest : size));
};

const transpose: Rule = ({ node, inputs: [sizes] }) => {
  const perm = node.attributes['perm'] as readonly number[] | undefined;
  return sizes === undefined ? undefined : (perm ?? sizes.map((_, axis) => sizes.length - 1 - axis)).map((axis) => sizes[axis]);
};

/** Attributes of convolutions, with ONNX's defaults. */
export function convolutionMove({ attributes }: OnnxNode): { readonly strides: readonly number[]; readonly dilations: readonly number[]; readonly pads: readonly number[]; readonly group: number } {
  const read = (name: string, standard: readonly number[]): readonly number[] => (attributes[name] as readonly number[] | undefined) ?? standard;
  return { strides: read('strides', [1, 1]), dilations: read('dilations', [1, 1]), pads: read('pads', [0, 0, 0, 0]), group: (attributes['group'] as number | undefined) ?? 1 };
}

const convolution: Rule = ({ node, inputs: [x, weight] }) => {
  if (x?.length !== 4 || weight?.length !== 4 || node.attributes['auto_pad'] !== undefined) return undefined;
  const { strides, dilations, pads } = convolutionMove(node);
  const side = (axis: 0 | 1): number | undefined => {
    const [size, kernel] = [x[axis + 2], weight[axis + 2]];
    if (size === undefined || kernel === undefined) return undefined;
    const reach = (kernel - 1) * (dilations[axis] ?? 1) + 1;
    return Math.floor((size + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) - reach) / (strides[axis] ?? 1)) + 1;
  };
  return [x[0], weight[0], side(0), side(1)];
};

const concat: Rule = ({ node, inputs }) => {
  const [first] = inputs;
  if (first === undefined || inputs.some((sizes) => sizes?.length !== first.length)) return undefined;
  const axis = (node.attributes['axis'] as number) + ((node.attributes['axis'] as number) < 0 ? first.length : 0);
  const sum = inputs.reduce<number | undefined>((total, sizes) => (total === undefined || sizes?.[axis] === undefined ? undefined : total + sizes[axis]), 0);
  return first.with(axis, sum);
};

function times(size: number | undefined, factor: number): number | undefined {
  return size === undefined ? undefined : size * factor;
}

const depthToSpace: Rule = ({ node, inputs: [x] }) => {
  const block = node.attributes['blocksize'] as number;
  return x?.length === 4 ? [x[0], times(x[1], 1 / (block * block)), times(x[2], block), times(x[3], block)] : undefined;
};

const padding: Rule = ({ node, inputs: [x], integers }) => {
  const pads = integers(1);
  if (x === undefined || pads?.length !== 2 * x.length || node.inputs[3] !== undefined) return undefined;
  return x.map((size, axis) => (size === undefined ? undefined : size + (pads[axis] ?? 0) + (pads[axis + x.length] ?? 0)));
};

const slice: Rule = ({ inputs: [x], integers }) => {
  const [starts, ends, axes, steps] = [integers(1), integers(2), integers(3), integers(4)];
  if (x === undefined || starts === undefined || ends === undefined || axes === undefined) return undefined;
  const result = [...x];
  for (const [index, axis] of axes.entries()) {
    const size = x[axis];
    result[axis] = size === undefined ? undefined : sliceLength(size, { start: starts[index] ?? 0, end: ends[index] ?? 0, step: steps?.[index] ?? 1 });
  }
  return result;
};

/** How many items a slice takes, by ONNX's rules: negative places count from the end, and all are clamped. */
function sliceLength(size: number, { start, end, step }: { readonly start: number; readonly end: number; readonly step: number }): number {
  const [first, last] = step > 0 ? [0, size] : [-1, size - 1];
  const place = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, first), last);
  return Math.max(Math.ceil((place(end) - place(start)) / step), 0);
}

const reduction: Rule = ({ node, inputs: [x], integers }) => {
  const axes = node.inputs.length > 1 ? integers(1) : x?.map((_, axis) => axis);
  // No axes at all may mean every axis, or none.
  if (x === undefined || axes === undefined || axes.length === 0) return undefined;
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + x.length : axis)));
  const keeps = (node.attributes['keepdims'] ?? 1) === 1;
  return x.flatMap((size, axis) => (gone.has(axis) ? (keeps ? [1] : []) : [size]));
};

const expansion: Rule = ({ inputs: [x], integers }) => {
  const wanted = integers(1);
  return wanted === undefined ? undefined : broadcast({ node: undefined as never, inputs: [x, wanted], ...NO_CONSTANTS });
};

const matMul: Rule = ({ inputs: [left, right] }) => {
  if (left === undefined || right === undefined || left.length < 2 || right.length < 2) return undefined;
  const batch = broadcast({ node: undefined as never, inputs: [left.slice(0, -2), right.slice(0, -2)], ...NO_CONSTANTS });
  return batch === undefined ? undefined : [...batch, left.at(-2), right.at(-1)];
};

const transposedConvolution: Rule = ({ node, inputs: [x, weight] }) => {
  if (x?.length !== 4 || weight?.length !== 4 || node.attributes['auto_pad'] !== undefined || node.attributes['output_shape'] !== undefined) return undefined;
  const { strides, dilations, pads, group } = convolutionMove(node);
  const more = (node.attributes['output_padding'] as readonly number[] | undefined) ?? [0, 0];
  const side = (axis: 0 | 1): number | undefined => {
    const [size, kernel] = [x[axis + 2], weight[axis + 2]];
    if (size === undefined || kernel === undefined) return undefined;
    return (size - 1) * (strides[axis] ?? 1) + (kernel - 1) * (dilations[axis] ?? 1) + 1 - (pads[axis] ?? 0) - (pads[axis + 2] ?? 0) + (more[axis] ?? 0);
  };
  return [x[0], times(weight[1], group), side(0), side(1)];
};

/** Rounded down, as our poolings are written. */
const pooling: Rule = ({ node, inputs: [x] }) => {
  const kernel = node.attributes['kernel_shape'] as readonly number[];
  if (x?.length !== 4 || node.attributes['auto_pad'] !== undefined || (node.attributes['ceil_mode'] ?? 0) !== 0) return undefined;
  return convolution({ node, inputs: [x, [x[1], 1, ...kernel]], ...NO_CONSTANTS });
};

const gather: Rule = ({ node, inputs: [x, indices] }) => {
  const axis = (node.attributes['axis'] as number | undefined) ?? 0;
  return x === undefined || indices === undefined || axis < 0 ? undefined : [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];
};

/** To sizes or by factors that are given. */
const resize: Rule = ({ inputs: [x], integers, floats }) => {
  const [scales, sizes] = [floats(2), integers(3)];
  if (x === undefined || sizes?.length === x.length) return x === undefined ? undefined : sizes;
  return scales?.length === x.length ? x.map((size, axis) => (size === undefined ? undefined : Math.floor(size * (scales[axis] as number)))) : undefined;
};

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...['Cast', 'Identity', 'LeakyRelu', 'Relu', 'Sigmoid', 'Tanh', 'Elu', 'Neg', 'Abs', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Erf', 'Clip', 'Softplus', 'HardSigmoid'].map((name) => [name, same] as const),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Sum', 'Where', 'PRelu', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal'].map((name) => [name, broadcast] as const),
  ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'].map((name) => [name, reduction] as const),
  ['Expand', expansion],
  ['Reshape', reshape],
  ['Transpose', transpose],
  ['Conv', convolution],
  ['Concat', concat],
  ['DepthToSpace', depthToSpace],
  ['Pad', padding],
  ['Slice', slice],
  ['MatMul', matMul],
  ['ConvTranspose', transposedConvolution],
  ['MaxPool', pooling],
  ['AveragePool', pooling],
  ['Gather', gather],
  ['Resize', resize],
  ['ScatterElements', same],
]);

/** Sizes of all tensors of which they are known. */
export function inferSizes({ nodes, initializers, inputs }: Graph): SizesByName {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor] as const));
  const sizes = new Map<string, Sizes>(initializers.map(({ name, dimensions }) => [name, dimensions] as const));
  for (const { name, shape } of inputs) {
    if (shape !== undefined) sizes.set(name, shape.map((size) => (typeof size === 'number' ? size : undefined)));
  }
  for (const node of nodes) {
    const rule = (node.domain ?? '') === '' && (node.outputs.length === 1 || node.operator === 'MaxPool') ? RULES.get(node.operator) : undefined;
    const read = <Result>(input: number, how: (tensor: OnnxTensor) => Result): Result | undefined => {
      const constant = constants.get(node.inputs[input] ?? '');
      return constant === undefined ? undefined : how(constant);
    };
    const result = rule?.({ node, inputs: node.inputs.map((name) => sizes.get(name)), integers: (input) => read(input, integersOf), floats: (input) => read(input, floatsOf) });
    if (result !== undefined) sizes.set(node.outputs[0] as string, result);
  }
  return sizes;
}
