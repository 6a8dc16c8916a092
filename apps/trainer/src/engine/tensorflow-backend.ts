/** What our kernels for TensorFlow use of tfjs-node's backend, for which it has no types. */
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow operation. */
export interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What is used of tfjs-node's backend. */
export interface Backend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Readonly<Record<'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_ATTR_FLOAT' | 'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_FLOAT' | 'TF_INT32', number>>;
  executeSingleOutput(name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[]): TensorInfo;
  executeMultipleOutputs(name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[], count: number): TensorInfo[];
}

/** The attribute that an operation's numbers are float32. */
export const floatType = ({ binding }: Backend): OperationAttribute => ({ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT });
