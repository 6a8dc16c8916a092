/**
 * The common part of kernels of two tensors that work item by item.
 */
import type { DataType } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { alignOperands } from '../lowering/elementwise.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { inputOf } from './kernel-rule.ts';
import type { FactorRule, KernelRule } from './kernel-rule.ts';

function broadcastShape(first: readonly number[], second: readonly number[]): number[] {
  return backend_util.assertAndGetBroadcastShape([...first], [...second]);
}

/** Emits the nodes of an item-by-item function of two tensors and returns the last one's name. */
export type Emit = (lowering: Lowering, first: string, second: string) => string;

/** What distinguishes one such kernel from another. */
export interface BinaryOptions {
  readonly kernel: string;
  readonly emit: Emit;
  readonly dtype?: DataType;
  readonly names?: readonly [string, string];
  readonly factors?: FactorRule;
}

/** The rule of a kernel of two tensors that works item by item, with broadcasting. */
export function binaryRule({ kernel, emit, dtype, names = ['a', 'b'], factors }: BinaryOptions): KernelRule {
  return {
    kernel,
    ...(factors === undefined ? {} : { factors }),
    infer(call) {
      const [first, second] = names.map((name) => inputOf(call, name));
      return {
        shape: broadcastShape(first?.shape ?? [], second?.shape ?? []),
        dtype: dtype ?? first?.dtype ?? 'float32',
      };
    },
    lower(call, lowering) {
      const operands = alignOperands(lowering, names.map((name) => inputOf(call, name)), call.output);
      const [first = '', second = ''] = operands.names;
      return { name: emit(lowering, first, second), order: operands.order };
    },
  };
}
