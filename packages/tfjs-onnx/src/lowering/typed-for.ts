/**
 * tfjs sometimes keeps numbers in an array of another type than the tensor's (a bool cast to float32 may
 * stay bytes); files need the right one.
 */
import type { DataType, TypedArray } from '@tensorflow/tfjs-core';

/** `data` in the array type of `dtype`; the same array when it is that already. */
export function typedFor(dtype: DataType, data: TypedArray): TypedArray {
  if (dtype === 'int32') return data instanceof Int32Array ? data : Int32Array.from(data);
  if (dtype === 'bool') return data instanceof Uint8Array ? data : Uint8Array.from(data);
  return data instanceof Float32Array ? data : Float32Array.from(data);
}
