/**
 * Kernels that take parts of a tensor: slices, splits, reversals, look-ups. Slices keep the axis order.
 */
import { slice_util, util } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import type { Lowering } from '../lowering/lowering.ts';
import { arrange, identityOrder } from '../lowering/wire.ts';
import type { Wire } from '../lowering/wire.ts';
import { sameDimension } from '../recording/dimension.ts';
import type { Dimension } from '../recording/dimension.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { linearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

/** ONNX clamps slice ends, so this means "to the end". */
const TO_THE_END = 2 ** 31 - 1;

/** One axis of an ONNX Slice. */
interface AxisSlice {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Emits a Slice of `value` over its logical axes. */
function slice(lowering: Lowering, value: Value, cuts: readonly AxisSlice[]): Wire {
  const { graph } = lowering;
  const order = lowering.orderOf(value);
  const source = lowering.wire(value, order);
  if (cuts.length === 0) return { name: source, order };
  const vectors = [
    cuts.map(({ start }) => start),
    cuts.map(({ end }) => end),
    cuts.map(({ axis }) => order.indexOf(axis)),
    cuts.map(({ step }) => step),
  ];
  return { name: graph.emit('Slice', [source, ...vectors.map((vector) => graph.integers(vector))]), order };
}

function remaining(dimension: Dimension, start: number): Dimension {
  return typeof dimension === 'number' ? dimension - start : { ...dimension, fixed: dimension.fixed - start };
}

function cutOf(call: LoweringCall<unknown>, axis: number, start: number): AxisSlice[] {
  const input = inputOf(call, 'x').shape[axis] ?? 1;
  const output = call.output.shape[axis] ?? 1;
  if (sameDimension(input, output)) return [];
  if (sameDimension(remaining(input, start), output)) return [{ axis, start, end: TO_THE_END, step: 1 }];
  if (typeof output === 'number') return [{ axis, start, end: start + output, step: 1 }];
  throw new InputError({
    where: 'traceToOnnx',
    expected: 'a Slice that takes all of a batch-dependent axis, or a fixed number from it',
    got: 'a part that grows with the batch size',
    remedy: "declare the batch axis with a number instead of 'batch'",
  });
}

const sliceRule: KernelRule<{ begin: number | number[]; size: number | number[] }> = {
  kernel: 'Slice',
  factors: linearIn('x'),
  sizeAttributes: ['size'],
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    const [, size] = sliceParameters(shape, call.attributes);
    return { shape: size, dtype };
  },
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const [begin] = sliceParameters(value.example, call.attributes);
    return slice(lowering, value, begin.flatMap((start, axis) => cutOf(call, axis, start)));
  },
};

function sliceParameters(
  shape: readonly number[],
  { begin, size }: { begin: number | number[]; size: number | number[] },
): [number[], number[]] {
  const starts = Array.isArray(begin) ? begin : [begin];
  const sizes = Array.isArray(size) ? size : [size];
  const start = shape.map((_, axis) => starts[axis] ?? 0);
  return [start, shape.map((length, axis) => ((sizes[axis] ?? -1) < 0 ? length - (start[axis] ?? 0) : (sizes[axis] ?? 0)))];
}

interface StridedAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

function stridedInfo(shape: readonly number[], a: StridedAttributes): ReturnType<typeof slice_util.sliceInfo> {
  return slice_util.sliceInfo(
    [...shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
}

const stridedSlice: KernelRule<StridedAttributes> = {
  kernel: 'StridedSlice',
  factors: linearIn('x'),
  sizeAttributes: ['end'],
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    return { shape: stridedInfo(shape, call.attributes).finalShape, dtype };
  },
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const { begin, end, strides } = stridedInfo(value.example, call.attributes);
    const cuts = value.shape.flatMap((size, axis) => {
      const [start = 0, stop = 0, step = 1] = [begin[axis], end[axis], strides[axis]];
      const whole = start === 0 && stop === value.example[axis] && step === 1;
      const last = step < 0 && stop < 0 ? -TO_THE_END : stop;
      return whole ? [] : [{ axis, start, end: typeof size !== 'number' && stop === value.example[axis] ? TO_THE_END : last, step }];
    });
    const wire = slice(lowering, value, cuts);
    if (value.shape.length === call.output.shape.length) return wire;
    const order = identityOrder(value.shape.length);
    const plain = cuts.length === 0 ? lowering.wire(value) : toLogicalOrder(lowering, wire, order.length);
    return { name: lowering.reshape(plain, call.output.shape), order: identityOrder(call.output.shape.length) };
  },
};

function toLogicalOrder(lowering: Lowering, wire: Wire, rank: number): string {
  const permutation = identityOrder(rank).map((axis) => wire.order.indexOf(axis));
  const plain = permutation.every((axis, position) => axis === position);
  return plain ? wire.name : lowering.graph.emit('Transpose', [wire.name], { perm: permutation });
}

const reverse: KernelRule<{ dims: number | number[] }> = {
  kernel: 'Reverse',
  factors: linearIn('x'),
  infer: (call) => inputOf(call, 'x'),
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const axes = util.parseAxisParam(call.attributes.dims, [...value.example]);
    return slice(lowering, value, axes.map((axis) => ({ axis, start: -1, end: -TO_THE_END, step: -1 })));
  },
};

const flipLeftRight: KernelRule = {
  kernel: 'FlipLeftRight',
  factors: linearIn('image'),
  infer: (call) => inputOf(call, 'image'),
  lower: (call, lowering) => slice(lowering, inputOf(call, 'image'), [{ axis: 2, start: -1, end: -TO_THE_END, step: -1 }]),
};

/** Consecutive parts of `value` along one axis, one for each output. */
function pieces(lowering: Lowering, value: Value, { axis, lengths }: { axis: number; lengths: readonly number[] }): Wire[] {
  let start = 0;
  return lengths.map((length) => {
    const cut = { axis, start, end: start + length, step: 1 };
    start += length;
    return slice(lowering, value, [cut]);
  });
}

const unpack: KernelRule<{ axis: number }> = {
  kernel: 'Unpack',
  factors: linearIn('value'),
  infer(call): TensorType[] {
    const { shape, dtype } = inputOf(call, 'value');
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...shape]);
    return Array.from({ length: shape[axis] ?? 0 }, () => ({ shape: shape.toSpliced(axis, 1), dtype }));
  },
  lower(call, lowering) {
    const value = inputOf(call, 'value');
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...value.example]);
    return pieces(lowering, value, { axis, lengths: call.call.outputs.map(() => 1) }).map((wire) => {
      const order = wire.order.filter((item) => item !== axis).map((item) => (item > axis ? item - 1 : item));
      return { name: lowering.reshape(wire.name, arrange(call.output.shape, order)), order };
    });
  },
};

const split: KernelRule<{ numOrSizeSplits: number | number[]; axis: number }> = {
  kernel: 'SplitV',
  factors: linearIn('x'),
  infer(call): TensorType[] {
    const { shape, dtype } = inputOf(call, 'x');
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...shape]);
    const given = call.attributes.numOrSizeSplits;
    const total = shape[axis] ?? 0;
    const sizes = Array.isArray(given) ? given : Array.from({ length: given }, () => total / given);
    const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
    return sizes.map((size) => ({ shape: shape.with(axis, size < 0 ? total - known : size), dtype }));
  },
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...value.example]);
    return pieces(lowering, value, { axis, lengths: call.call.outputs.map(({ example }) => example[axis] ?? 0) });
  },
};

/** Slices, splits and reversals. */
export const slicingRules: readonly KernelRule<never>[] = [sliceRule, stridedSlice, reverse, flipLeftRight, unpack, split];
