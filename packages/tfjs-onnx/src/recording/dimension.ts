/**
 * Dimensions that may depend on the batch size B: either a number, or `perBatch * B + fixed`.
 * They are found by tracing a function for two batch sizes and comparing.
 */

/** A dimension `perBatch * B + fixed`, with `perBatch` not 0. */
export interface BatchDimension {
  readonly perBatch: number;
  readonly fixed: number;
}

/** A static or batch-dependent dimension. */
export type Dimension = number | BatchDimension;

/** The two batch sizes that a function with a symbolic batch is traced for. */
export type BatchPair = readonly [number, number];

/** Name of the symbolic batch dimension in written files. */
export const BATCH_NAME = 'batch';

/** The linear dimension that takes both values at both batch sizes. */
export function dimensionThrough(values: readonly [number, number], batches: BatchPair): Dimension {
  if (values[0] === values[1]) return values[0];
  const perBatch = (values[1] - values[0]) / (batches[1] - batches[0]);
  return { perBatch, fixed: values[0] - perBatch * batches[0] };
}

/** The dimension as it is written into an ONNX shape. */
export function dimensionName(dimension: Dimension): number | string {
  if (typeof dimension === 'number') return dimension;
  const factor = dimension.perBatch === 1 ? BATCH_NAME : `${dimension.perBatch}*${BATCH_NAME}`;
  return dimension.fixed === 0 ? factor : `${factor}+${dimension.fixed}`;
}

/** Whether two dimensions are equal for every batch size. */
export function sameDimension(first: Dimension, second: Dimension): boolean {
  return dimensionName(first) === dimensionName(second);
}

/** Whether two shapes are equal for every batch size. */
export function sameShape(first: readonly Dimension[], second: readonly Dimension[]): boolean {
  return (
    first.length === second.length &&
    first.every((dimension, axis) => sameDimension(dimension, second[axis] ?? -1))
  );
}

/** Whether no dimension of the shape depends on the batch size. */
export function isStatic(shape: readonly Dimension[]): shape is readonly number[] {
  return shape.every((dimension) => typeof dimension === 'number');
}
