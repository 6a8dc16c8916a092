/**
 * Kernels that give a tensor another shape without changing its items.
 */
import { util } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering/lowering.ts';
import { orderAfterReshape, reshapeGroups } from '../lowering/reshape-groups.ts';
import { arrange, identityOrder } from '../lowering/wire.ts';
import type { Wire } from '../lowering/wire.ts';
import { sameShape } from '../recording/dimension.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { linearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';

/** Reshapes in the order in which the input lies when the axes allow it, else in the logical order. */
function reshaped(lowering: Lowering, input: Value, output: Value): Wire {
  const groups = reshapeGroups(input, output);
  const from = lowering.orderOf(input);
  const to = groups && orderAfterReshape(groups, from, output.shape.length);
  const source = lowering.wire(input, to === undefined ? identityOrder(from.length) : from);
  const order = to ?? identityOrder(output.shape.length);
  const shape = arrange(output.shape, order);
  const sourceShape = arrange(input.shape, to === undefined ? identityOrder(from.length) : from);
  return { name: sameShape(shape, sourceShape) ? source : lowering.reshape(source, shape), order };
}

const reshape: KernelRule<{ shape: number[] }> = {
  kernel: 'Reshape',
  factors: linearIn('x'),
  sizeAttributes: ['shape'],
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    return { shape: util.inferFromImplicitShape([...call.attributes.shape], util.sizeFromShape([...shape])), dtype };
  },
  lower: (call, lowering) => reshaped(lowering, inputOf(call, 'x'), call.output),
};

const expandDims: KernelRule<{ dim: number }> = {
  kernel: 'ExpandDims',
  factors: linearIn('input'),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'input');
    const { dim } = call.attributes;
    return { shape: [...shape].toSpliced(dim < 0 ? shape.length + 1 + dim : dim, 0, 1), dtype };
  },
  lower: (call, lowering) => reshaped(lowering, inputOf(call, 'input'), call.output),
};

/** A transpose moves nothing: the output is the same tensor, its axes numbered anew. */
const transpose: KernelRule<{ perm: number[] }> = {
  kernel: 'Transpose',
  factors: linearIn('x'),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    return { shape: call.attributes.perm.map((axis) => shape[axis] ?? 1), dtype };
  },
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const order = lowering.orderOf(value);
    return { name: lowering.wire(value, order), order: order.map((axis) => call.attributes.perm.indexOf(axis)) };
  },
};

/** Reshapes and transposes. */
export const shapeRules: readonly KernelRule<never>[] = [reshape, expandDims, transpose];
