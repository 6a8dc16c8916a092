/**
 * Recognises arrays whose items are all equal, such as the ones that gradients start from.
 */
import type { TypedArray } from '@tensorflow/tfjs-core';

/** The common value of all items, or undefined when they differ or there is none. */
export function uniformData(data: TypedArray): number | undefined {
  const first = data[0];
  return data.every((item) => item === first) ? first : undefined;
}
