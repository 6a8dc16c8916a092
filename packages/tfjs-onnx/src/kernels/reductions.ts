/**
 * Reductions over axes. They run in the axis order in which their input lies.
 */
import { util } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering/lowering.ts';
import type { AxisOrder, Wire } from '../lowering/wire.ts';
import { ELEMENT_TYPE } from '../onnx/element-type.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { linearIn, positivelyLinearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { FactorRule, KernelRule } from './kernel-rule.ts';

interface ReductionAttributes {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

function reducedAxes({ axis, reductionIndices }: ReductionAttributes, shape: readonly number[]): number[] {
  const given = axis ?? reductionIndices;
  return util.parseAxisParam(given ?? shape.map((_, index) => index), [...shape]);
}

function reducedShape(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.includes(axis));
}

/** The order of the axes that remain, numbered anew. */
function remainingOrder(order: AxisOrder, axes: readonly number[]): AxisOrder {
  const remaining = order.filter((axis) => !axes.includes(axis));
  return remaining.map((axis) => axis - axes.filter((gone) => gone < axis).length);
}

interface Reduction {
  readonly operator: string;
  readonly value: Value;
  readonly axes: readonly number[];
  readonly keep: boolean;
}

function reduce(lowering: Lowering, { operator, value, axes, keep }: Reduction, source?: string): Wire {
  const order = lowering.orderOf(value);
  const data = source ?? lowering.wire(value, order);
  const positions = axes.map((axis) => order.indexOf(axis)).toSorted((first, second) => first - second);
  const outputOrder = keep ? order : remainingOrder(order, axes);
  if (axes.length === 0) return { name: data, order };
  const name = lowering.graph.emit(operator, [data, lowering.graph.integers(positions)], { keepdims: keep ? 1 : 0 });
  return { name, order: outputOrder };
}

function reductionRule(kernel: string, operator: string, factors?: FactorRule): KernelRule<ReductionAttributes> {
  return {
    kernel,
    ...(factors === undefined ? {} : { factors }),
    infer(call): TensorType {
      const { shape, dtype } = inputOf(call, 'x');
      const reduced = reducedShape(shape, reducedAxes(call.attributes, shape), call.attributes.keepDims ?? false);
      return { shape: reduced, dtype: kernel === 'Mean' ? 'float32' : dtype === 'bool' ? 'int32' : dtype };
    },
    lower(call, lowering) {
      const value = inputOf(call, 'x');
      const axes = reducedAxes(call.attributes, value.example);
      return reduce(lowering, { operator, value, axes, keep: call.attributes.keepDims ?? false });
    },
  };
}

/** `All` and `Any` are the smallest and largest of 0 and 1. */
function logicalReductionRule(kernel: string, operator: string): KernelRule<ReductionAttributes> {
  return {
    kernel,
    infer(call): TensorType {
      const { shape } = inputOf(call, 'x');
      return { shape: reducedShape(shape, reducedAxes(call.attributes, shape), call.attributes.keepDims ?? false), dtype: 'bool' };
    },
    lower(call, lowering) {
      const value = inputOf(call, 'x');
      const axes = reducedAxes(call.attributes, value.example);
      const numbers = lowering.graph.emit('Cast', [lowering.wire(value, lowering.orderOf(value))], { to: ELEMENT_TYPE.int32 });
      const wire = reduce(lowering, { operator, value, axes, keep: call.attributes.keepDims ?? false }, numbers);
      return { name: lowering.graph.emit('Cast', [wire.name], { to: ELEMENT_TYPE.bool }), order: wire.order };
    },
  };
}

function argumentRule(kernel: string): KernelRule<{ axis: number }> {
  return {
    kernel,
    infer(call): TensorType {
      const { shape } = inputOf(call, 'x');
      return { shape: reducedShape(shape, reducedAxes(call.attributes, shape), false), dtype: 'int32' };
    },
    lower(call, lowering) {
      const value = inputOf(call, 'x');
      const order = lowering.orderOf(value);
      const [axis = 0] = reducedAxes(call.attributes, value.example);
      const index = lowering.graph.emit(kernel, [lowering.wire(value, order)], { axis: order.indexOf(axis), keepdims: 0 });
      return { name: lowering.graph.emit('Cast', [index], { to: ELEMENT_TYPE.int32 }), order: remainingOrder(order, [axis]) };
    },
  };
}

/** tfjs normalises over the last axis. */
const softmax: KernelRule = {
  kernel: 'Softmax',
  infer: (call): TensorType => ({ shape: inputOf(call, 'logits').shape, dtype: 'float32' }),
  lower(call, lowering) {
    const value = inputOf(call, 'logits');
    const order = lowering.orderOf(value);
    const axis = order.indexOf(order.length - 1);
    return { name: lowering.graph.emit('Softmax', [lowering.wire(value, order)], { axis }), order };
  },
};

/** Sums, means, extrema and what is normalised over an axis. */
export const reductionRules: readonly KernelRule<never>[] = [
  reductionRule('Sum', 'ReduceSum', linearIn('x')),
  reductionRule('Mean', 'ReduceMean', linearIn('x')),
  reductionRule('Max', 'ReduceMax', positivelyLinearIn('x')),
  reductionRule('Min', 'ReduceMin', positivelyLinearIn('x')),
  reductionRule('Prod', 'ReduceProd'),
  logicalReductionRule('All', 'ReduceMin'),
  logicalReductionRule('Any', 'ReduceMax'),
  argumentRule('ArgMax'),
  argumentRule('ArgMin'),
  softmax,
];
