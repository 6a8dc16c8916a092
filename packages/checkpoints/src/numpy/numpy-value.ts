/** NumPy's arrays and number formats, as pickles and .npy headers state them. */
import type { DataType } from '../data-type.ts';
import type { BytesSpan, PickleValue } from '../pickle/pickle-value.ts';

const TYPES: Readonly<Record<string, DataType>> = {
  f8: 'F64', f4: 'F32', f2: 'F16', i8: 'I64', i4: 'I32', i2: 'I16', i1: 'I8', u8: 'U64', u4: 'U32', u2: 'U16', u1: 'U8', b1: 'BOOL',
};

/** A dtype; `kind` is such as `f4`, without the byte order. */
export class NumpyType {
  readonly kind: string;
  bigEndian: boolean;

  constructor(kind: string, bigEndian = false) {
    this.kind = kind;
    this.bigEndian = bigEndian;
  }

  /** Undefined for text, objects, complex numbers, dates and records. */
  get dataType(): DataType | undefined {
    return Object.hasOwn(TYPES, this.kind) ? TYPES[this.kind] : undefined;
  }
}

/** The dtype of a text such as `<f4` or `|b1`. */
export function parseNumpyType(text: string): NumpyType {
  const order = /^[<>|=]/.exec(text)?.[0];
  return new NumpyType(order === undefined ? text : text.slice(1), order === '>');
}

/** Where an array's numbers are: bytes, a part of the file, or a list of objects. */
export type NumpyData = Uint8Array | BytesSpan | readonly PickleValue[];

/** An array; filled in when its state is read. */
export class NumpyArray {
  type: NumpyType | undefined;
  shape: readonly number[] = [];
  /** The first axis is the fastest. */
  columnMajor = false;
  data: NumpyData | undefined;
}
