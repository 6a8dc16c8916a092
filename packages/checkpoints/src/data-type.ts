/** The number formats of weight files, by their safetensors names. */

/** Bytes per number. */
export const DATA_TYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
} as const;

/** One number format. */
export type DataType = keyof typeof DATA_TYPE_BYTES;

/** Whether a name is a number format that this package reads. */
export function isDataType(name: unknown): name is DataType {
  return typeof name === 'string' && Object.hasOwn(DATA_TYPE_BYTES, name);
}

/** Numbers in a tensor of this shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
