/**
 * Axis orders. A traced value has logical axes (those of its tfjs shape). The ONNX tensor that carries
 * it may hold them in another order, so that a whole convolutional network can stay channels-first
 * although it is written channels-last: a transpose in tfjs is then only another reading of the order.
 */

/** `order[p]` is the logical axis at physical position p. */
export type AxisOrder = readonly number[];

/** An ONNX tensor that carries a value. */
export interface Wire {
  readonly name: string;
  readonly order: AxisOrder;
}

/** 0, 1, ..., rank - 1. */
export function identityOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** `items` (by logical axis) in physical order. */
export function arrange<Item>(items: readonly Item[], order: AxisOrder): Item[] {
  return order.map((axis) => items[axis] as Item);
}

/** Whether two orders are the same. */
export function sameOrder(first: AxisOrder, second: AxisOrder): boolean {
  return first.length === second.length && first.every((axis, position) => axis === second[position]);
}

/** The order in which the axes of size other than 1 occur: tensors that agree in it differ by a reshape only. */
export function significantAxes(order: AxisOrder, shape: readonly unknown[]): number[] {
  return order.filter((axis) => shape[axis] !== 1);
}

/** The `perm` attribute of the ONNX Transpose that turns `from` into `to`. */
export function permutationBetween(from: AxisOrder, to: AxisOrder): number[] {
  return to.map((axis) => from.indexOf(axis));
}
