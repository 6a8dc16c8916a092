/**
 * How one tfjs kernel is traced: the shape it gives, and the ONNX nodes that compute it.
 */
import { InternalError } from '@mfim/tensor-contracts';
import type { Lowering } from '../lowering/lowering.ts';
import type { Wire } from '../lowering/wire.ts';
import type { KernelCall, TensorType, Value } from '../recording/recorded-graph.ts';

/** The inputs and attributes of a call, of which only shapes and types are known. */
export interface InferenceCall<Attributes> {
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly attributes: Attributes;
}

/** A call that is being written as ONNX nodes. */
export interface LoweringCall<Attributes> {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly attributes: Attributes;
  readonly call: KernelCall;
  /** The first (mostly the only) output. */
  readonly output: Value;
}

/** Which inputs' constant factors pass through a kernel, and what becomes of them. */
export interface FactorRule {
  readonly inputs: readonly string[] | 'every';
  /** Only a factor that all these inputs have passes. Otherwise the product of their factors does. */
  readonly alike?: boolean;
  /** The output's factor; undefined: none, it must be given to another of the inputs. */
  passed(factor: number): number | undefined;
}

/** The rule of one kernel. */
export interface KernelRule<Attributes = unknown> {
  readonly kernel: string;
  /** What of the kernel is refused, for the README's table. */
  readonly refused?: string;
  /** Attributes that may hold batch-dependent sizes, because `lower` reads those from the output shape. */
  readonly sizeAttributes?: readonly string[];
  /** Absent: constant factors of the inputs are multiplied in before. */
  readonly factors?: FactorRule | ((attributes: Attributes) => FactorRule | undefined);
  infer(call: InferenceCall<Attributes>): TensorType | readonly TensorType[];
  lower(call: LoweringCall<Attributes>, lowering: Lowering): Wire | readonly Wire[];
}

/** An input that tfjs always passes. */
export function inputOf<Item>(call: { readonly inputs: ReadonlyMap<string, Item> }, name: string): Item {
  const value = call.inputs.get(name);
  if (value !== undefined) return value;
  throw new InternalError({
    where: 'traceToOnnx',
    expected: `a kernel input named ${name}`,
    got: [...call.inputs.keys()].join(', '),
    remedy: 'report the tfjs version',
  });
}
