/**
 * Element types: the numbers of `TensorProto.DataType` (onnx.proto) for the types this package writes,
 * and how tfjs types map to them.
 */
import type { DataType } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';

/** `TensorProto.DataType`, by name. */
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** The element types that this package writes. */
export type ElementType = keyof typeof ELEMENT_TYPE;

/** The ONNX element type of a tfjs tensor; complex and string tensors have none here. */
export function elementTypeOf(dtype: DataType): 'float32' | 'int32' | 'bool' {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new InputError({
    where: 'traceToOnnx',
    expected: 'float32, int32 or bool tensors',
    got: `a ${dtype} tensor`,
    remedy: 'write the function with real-valued tensors',
  });
}
