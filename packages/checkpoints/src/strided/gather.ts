/** Copies a strided window row by row into row-major order. */
import { elementCount } from '../data-type.ts';

/** A window on elements of `width` bytes; offset and strides count elements. */
export interface StridedWindow {
  readonly width: number;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** An array type whose elements move without any conversion, and how many of them one number takes. */
function wordsOf(bytes: Uint8Array, width: number): { readonly words: Uint8Array | Uint16Array | Uint32Array; readonly step: number } {
  if (width === 1) return { words: bytes, step: 1 };
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const whole = Math.floor(aligned.byteLength / width);
  if (width === 2) return { words: new Uint16Array(aligned.buffer, aligned.byteOffset, whole), step: 1 };
  return { words: new Uint32Array(aligned.buffer, aligned.byteOffset, (whole * width) / 4), step: width / 4 };
}

/** Whether the window is row-major without gaps; sizes of 1 may have any stride. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Elements from the first to the last that the window touches; 0 when it is empty. */
export function reachOf(shape: readonly number[], strides: readonly number[]): number {
  if (elementCount(shape) === 0) return 0;
  return shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] as number), 1);
}

/** The window's elements in row-major order. The caller has checked that it lies inside the bytes. */
export function gather(source: Uint8Array, { width, offset, shape, strides }: StridedWindow): Uint8Array {
  const { words, step } = wordsOf(source, width);
  const count = elementCount(shape);
  const result = new Uint8Array(count * width);
  const target = wordsOf(result, width).words;
  const position = shape.map(() => 0);
  let from = offset;
  for (let index = 0; index < count; index += 1) {
    for (let word = 0; word < step; word += 1) target[index * step + word] = words[from * step + word] as number;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (position[axis] as number) + 1;
      from += strides[axis] as number;
      position[axis] = next;
      if (next < (shape[axis] as number)) break;
      from -= next * (strides[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}
