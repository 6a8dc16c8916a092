/** The calls and states by which pickles make NumPy's arrays, dtypes and scalars. */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES } from '../data-type.ts';
import type { DataType } from '../data-type.ts';
import { READ_NUMBER } from '../read-number.ts';
import { BytesSpan } from '../pickle/pickle-value.ts';
import type { PickleValue } from '../pickle/pickle-value.ts';
import { NumpyArray, NumpyType, parseNumpyType } from './numpy-value.ts';
import type { NumpyData } from './numpy-value.ts';

const WHERE = 'readNumpy';
/** Of NumPy before 2. */
const MAXIMUM_AXES = 32;

function refuse(expected: string): never {
  return damaged(WHERE, { expected, got: 'something else' });
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MAXIMUM_AXES && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** Bytes of a Python 2 string, or of text through `_codecs.encode`: one a character. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0xff) refuse('characters of one byte');
    bytes[index] = code;
  }
  return bytes;
}

/** `numpy.dtype('f4', False, True)`. */
export function makeType([text]: readonly PickleValue[]): NumpyType {
  return typeof text === 'string' ? parseNumpyType(text) : refuse('a dtype of one format');
}

/** State of a dtype: `(version, byte order, ...)`. */
export function buildType(type: NumpyType, state: PickleValue): void {
  if (!Array.isArray(state) || typeof state[1] !== 'string') refuse('the byte order of a dtype');
  type.bigEndian = state[1] === '>';
}

function dataOf(value: PickleValue | undefined): NumpyData {
  if (value instanceof Uint8Array || value instanceof BytesSpan || Array.isArray(value)) return value;
  return typeof value === 'string' ? latin1Bytes(value) : refuse('the data of an array');
}

/** State of an array: `(version, shape, dtype, column-major, data)`. */
export function buildArray(array: NumpyArray, state: PickleValue): void {
  const [, shape, type, columnMajor, data] = Array.isArray(state) ? state : [];
  if (!isShape(shape) || !(type instanceof NumpyType)) refuse('the shape and dtype of an array');
  array.shape = [...shape];
  array.type = type;
  array.columnMajor = columnMajor === true || columnMajor === 1;
  array.data = dataOf(data);
}

/** `_frombuffer(data, dtype, shape, order)`, as protocol 5 stores arrays. */
export function fromBuffer([data, type, shape, order]: readonly PickleValue[]): NumpyArray {
  const array = new NumpyArray();
  buildArray(array, [1, shape ?? null, type ?? null, order === 'F', data ?? null]);
  return array;
}

/** `scalar(dtype, bytes)`. */
export function makeScalar([type, data]: readonly PickleValue[]): PickleValue {
  if (!(type instanceof NumpyType)) refuse('the dtype of a scalar');
  const bytes = typeof data === 'string' ? latin1Bytes(data) : data;
  const dtype: DataType | undefined = type.dataType;
  if (dtype === undefined) return null;
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== DATA_TYPE_BYTES[dtype]) refuse('the bytes of a scalar');
  const little = type.bigEndian ? bytes.toReversed() : bytes;
  return READ_NUMBER[dtype](new DataView(little.buffer, little.byteOffset), 0);
}
