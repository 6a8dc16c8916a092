/** The number formats of weight files, by their safetensors names. */

/** Bytes per number. */
export const DATA_TYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
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

/** The same, or undefined where products leave the integers that JavaScript counts exactly, or a size is none. */
export function safeElementCount(shape: readonly number[]): number | undefined {
  let product = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    product *= size;
    // A zero further on would hide the overflow of the sizes before it.
    if (!Number.isSafeInteger(product * 8)) return undefined;
  }
  return product;
}
