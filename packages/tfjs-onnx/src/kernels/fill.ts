/**
 * Kernels that make tensors from attributes. Their values are known at export, so that nodes for them
 * appear only where an operation needs the whole tensor (see `Lowering.uniformOf`).
 */
import type { DataType } from '@tensorflow/tfjs-core';
import { InternalError } from '@mfim/tensor-contracts';
import type { TensorType } from '../recording/recorded-graph.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';

function neverEmitted(): never {
  throw new InternalError({
    where: 'traceToOnnx',
    expected: 'a constant to be folded',
    got: 'one to be computed',
    remedy: 'report the function that was traced',
  });
}

const fill: KernelRule<{ shape: number[]; dtype?: DataType }> = {
  kernel: 'Fill',
  sizeAttributes: ['shape'],
  infer: ({ attributes }): TensorType => ({ shape: attributes.shape, dtype: attributes.dtype ?? 'float32' }),
  lower: neverEmitted,
};

function likeRule(kernel: string): KernelRule {
  return { kernel, infer: (call) => inputOf(call, 'x'), lower: neverEmitted };
}

const range: KernelRule<{ start: number; stop: number; step?: number; dtype?: DataType }> = {
  kernel: 'Range',
  infer({ attributes: { start, stop, step = 1, dtype = 'float32' } }): TensorType {
    return { shape: [Math.max(0, Math.ceil((stop - start) / step))], dtype };
  },
  lower: neverEmitted,
};

const linSpace: KernelRule<{ num: number }> = {
  kernel: 'LinSpace',
  infer: ({ attributes }): TensorType => ({ shape: [attributes.num], dtype: 'float32' }),
  lower: neverEmitted,
};

/** Constants. */
export const fillRules: readonly KernelRule<never>[] = [fill, likeRule('ZerosLike'), likeRule('OnesLike'), range, linSpace];
