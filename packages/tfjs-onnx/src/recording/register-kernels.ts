/**
 * Registers the recording kernels with tfjs, once.
 */
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { backend as activeBackend, getBackend, getKernel, getKernelsForBackend, registerKernel } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import type { KernelRule } from '../kernels/kernel-rule.ts';
import { callSite } from './call-site.ts';
import type { TensorType } from './recorded-graph.ts';
import type { Recorder } from './recorder.ts';
import { TRACE_BACKEND } from './trace-backend.ts';
import type { TraceBackend } from './trace-backend.ts';

interface KernelParameters {
  readonly inputs: NamedTensorInfoMap;
  readonly backend: unknown;
  readonly attrs?: NamedAttrMap;
}

type RecordingKernel = (parameters: KernelParameters) => TensorInfo | TensorInfo[];

function presentInputs(inputs: NamedTensorInfoMap): [string, TensorInfo][] {
  return Object.entries(inputs).filter((entry): entry is [string, TensorInfo] => entry[1] !== null && entry[1] !== undefined);
}

function recordingKernel(rule: KernelRule): RecordingKernel {
  return ({ inputs, attrs, backend }) => {
    const { recorder } = backend as TraceBackend;
    const attributes = { ...attrs };
    const values = new Map(presentInputs(inputs).map(([name, tensor]) => [name, recorder.valueOf(tensor)] as const));
    const shapes = new Map([...values].map(([name, { example, dtype }]) => [name, { shape: example, dtype }] as const));
    const inferred = rule.infer({ inputs: shapes, attributes });
    const types: readonly TensorType[] = Array.isArray(inferred) ? inferred : [inferred as TensorType];
    const ids = recorder.addCall({ kernel: rule.kernel, inputs: values, attributes }, types);
    const infos = types.map((type, index) => ({ dataId: ids[index] ?? {}, shape: [...type.shape], dtype: type.dtype }));
    return Array.isArray(inferred) ? infos : (infos[0] as TensorInfo);
  };
}

function aliasOf(recorder: Recorder, tensor: TensorInfo): TensorInfo {
  return { dataId: recorder.alias(tensor), shape: tensor.shape, dtype: tensor.dtype };
}

/** `Identity` makes another tensor of the same value; nothing is recorded. */
const identityKernel: RecordingKernel = ({ inputs, backend }) =>
  aliasOf((backend as TraceBackend).recorder, inputs['x'] as TensorInfo);

/** A kernel that exists on another backend but has no rule: it says so, with what it was called on. */
function refusingKernel(kernel: string): RecordingKernel {
  return ({ inputs }) => {
    const operands = presentInputs(inputs).map(([name, { shape, dtype }]) => `${name} ${dtype} [${shape.join(', ')}]`);
    throw new InputError({
      where: `traceToOnnx at ${callSite(new Error(kernel))}`,
      expected: 'operations that can be written as ONNX',
      got: `the tfjs kernel ${kernel} of ${operands.length === 0 ? 'no tensors' : operands.join(', ')}`,
      remedy: 'express it by other tf operations, or compute it before the trace when it does not depend on the inputs',
    });
  };
}

function refuseOthers(): void {
  activeBackend(); // tfjs chooses its default backend now
  for (const { kernelName } of getKernelsForBackend(getBackend())) {
    if (getKernel(kernelName, TRACE_BACKEND) !== undefined) continue;
    registerKernel({ kernelName, backendName: TRACE_BACKEND, kernelFunc: refusingKernel(kernelName) });
  }
}

/** Makes every rule, and `Identity`, known to tfjs; other kernels of the active backend are refused by name. */
export function registerKernels(rules: Iterable<KernelRule>): void {
  registerRules(rules);
  refuseOthers();
}

function registerRules(rules: Iterable<KernelRule>): void {
  if (getKernel('Identity', TRACE_BACKEND) !== undefined) return;
  registerKernel({ kernelName: 'Identity', backendName: TRACE_BACKEND, kernelFunc: identityKernel });
  for (const rule of rules) {
    registerKernel({ kernelName: rule.kernel, backendName: TRACE_BACKEND, kernelFunc: recordingKernel(rule) });
  }
}
