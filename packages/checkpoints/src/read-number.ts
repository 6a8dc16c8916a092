/** Reads one number of any format out of little-endian bytes. */
import type { DataType } from './data-type.ts';
import { fromFloat8E4M3Bits, fromFloat8E5M2Bits } from './eighth-precision.ts';
import { fromBfloat16Bits, fromFloat16Bits } from './half-precision.ts';

/** The number at a byte position. */
export type ReadNumber = (view: DataView, at: number) => number;

/** Readers by format; integers of 64 bits are rounded to what a number holds. */
export const READ_NUMBER: Readonly<Record<DataType, ReadNumber>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => fromFloat16Bits(view.getUint16(at, true)),
  BF16: (view, at) => fromBfloat16Bits(view.getUint16(at, true)),
  F8_E5M2: (view, at) => fromFloat8E5M2Bits(view.getUint8(at)),
  F8_E4M3: (view, at) => fromFloat8E4M3Bits(view.getUint8(at)),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  I32: (view, at) => view.getInt32(at, true),
  I16: (view, at) => view.getInt16(at, true),
  I8: (view, at) => view.getInt8(at),
  U64: (view, at) => Number(view.getBigUint64(at, true)),
  U32: (view, at) => view.getUint32(at, true),
  U16: (view, at) => view.getUint16(at, true),
  U8: (view, at) => view.getUint8(at),
  BOOL: (view, at) => view.getUint8(at),
};
