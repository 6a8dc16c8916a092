/** A tensor as it lies in a weight file: little-endian, row-major. */
import type { DataType } from './data-type.ts';

/** `data` holds `product(shape) * bytes(dtype)` bytes and may be a view into the file. */
export interface RawTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}
