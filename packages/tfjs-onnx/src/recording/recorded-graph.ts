/**
 * What a traced function did: tfjs kernel calls over values, before anything is said about ONNX.
 */
import type { DataType, Tensor, TypedArray } from '@tensorflow/tfjs-core';
import type { Dimension } from './dimension.ts';

/** Where a value comes from. */
export type ValueSource =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly tensor: Tensor }
  | { readonly kind: 'data'; readonly data: TypedArray }
  | { readonly kind: 'uniform'; readonly value: number }
  | { readonly kind: 'varying'; readonly reason: string }
  | { readonly kind: 'call'; readonly call: KernelCall };

/**
 * A tensor of the traced function. `example` is its shape at the first traced batch size,
 * `shapes` at both, `shape` at any.
 */
export interface Value {
  readonly id: number;
  readonly dtype: DataType;
  readonly example: readonly number[];
  readonly larger: readonly number[];
  readonly shape: readonly Dimension[];
  readonly source: ValueSource;
}

/** One kernel call: its inputs by name (a list of tensors has the names 0, 1, ...). */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: ReadonlyMap<string, Value>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: Value[];
  /** Names of the enclosing `tf.tidy(name, ...)` scopes, outermost first. */
  readonly scope: readonly string[];
  /** An error made at the call: its stack says where. */
  readonly site: Error;
}

/** Shape and type of a tensor. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** A traced function. */
export interface RecordedGraph {
  readonly values: readonly Value[];
  readonly calls: readonly KernelCall[];
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
}
