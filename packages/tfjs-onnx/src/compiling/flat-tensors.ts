/**
 * Named tensors as one vector, so that one update treats them all; differentiable.
 */
import { concat, reshape, split } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What lies where in the vector. */
export interface Layout {
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The layout of these tensors, in the order of their names. */
export function layoutOf(tensors: Readonly<Record<string, Tensor>>): Layout {
  const names = Object.keys(tensors).toSorted();
  return { names, shapes: names.map((name) => (tensors[name] as Tensor).shape) };
}

/** The tensors as one vector. */
export function flatten({ names }: Layout, tensors: Readonly<Record<string, Tensor>>): Tensor {
  return concat(names.map((name) => reshape(tensors[name] as Tensor, [-1])));
}

/** The tensors of a vector. */
export function unflatten({ names, shapes }: Layout, flat: Tensor): Record<string, Tensor> {
  // The gradient of tfjs's split fails for a single piece.
  const pieces = names.length === 1 ? [flat] : split(flat, shapes.map(sizeOf));
  return Object.fromEntries(names.map((name, index) => [name, reshape(pieces[index] as Tensor, (shapes[index] as readonly number[]).slice())]));
}
