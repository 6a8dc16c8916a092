/**
 * Transposes and reverses constants at export, so that their files hold them the way they are used.
 */
import type { TypedArray } from '@tensorflow/tfjs-core';

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

function emptyLike(data: TypedArray): TypedArray {
  return data.slice().fill(0) as TypedArray;
}

interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly start: number;
}

function gather(data: TypedArray, { sizes, strides, start }: Walk): TypedArray {
  const result = emptyLike(data);
  const position = sizes.map(() => 0);
  let offset = start;
  for (let index = 0; index < result.length; index += 1) {
    result[index] = data[offset] ?? 0;
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      offset += strides[axis] ?? 0;
      position[axis] = (position[axis] ?? 0) + 1;
      if ((position[axis] ?? 0) < (sizes[axis] ?? 0)) break;
      offset -= (strides[axis] ?? 0) * (sizes[axis] ?? 0);
      position[axis] = 0;
    }
  }
  return result;
}

/** `data` of shape `shape` with its axes in the order `order`. */
export function permuteData(data: TypedArray, shape: readonly number[], order: readonly number[]): TypedArray {
  const strides = stridesOf(shape);
  if (order.every((axis, position) => axis === position)) return data;
  return gather(data, { sizes: order.map((axis) => shape[axis] ?? 1), strides: order.map((axis) => strides[axis] ?? 1), start: 0 });
}

/** `data` of shape `shape` with the order of items along `axes` reversed. */
export function reverseData(data: TypedArray, shape: readonly number[], axes: readonly number[]): TypedArray {
  const strides = stridesOf(shape);
  const start = axes.reduce((sum, axis) => sum + (strides[axis] ?? 0) * ((shape[axis] ?? 1) - 1), 0);
  return gather(data, { sizes: shape, strides: strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)), start });
}
