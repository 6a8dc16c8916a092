/** Registers, once, kernels that give the shapes of the tracing rules and compute nothing. */
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel } from '@tensorflow/tfjs-core';
import { kernelRules } from '../kernels/kernel-rules.ts';
import type { KernelRule } from '../kernels/kernel-rule.ts';
import type { TensorType } from '../recording/recorded-graph.ts';
import { COUNTING_BACKEND } from './counting-backend.ts';
import type { CountingBackend } from './counting-backend.ts';

interface KernelParameters {
  readonly inputs: NamedTensorInfoMap;
  readonly backend: unknown;
  readonly attrs?: NamedAttrMap;
}

/** Kernels whose output lies in the buffer of their first input, when the type stays. */
const SHARING = new Set(['Identity', 'Reshape', 'ExpandDims', 'Cast']);

function countingKernel(rule: Pick<KernelRule, 'kernel' | 'infer'>) {
  return ({ inputs, attrs, backend }: KernelParameters): TensorInfo | TensorInfo[] => {
    const counting = backend as CountingBackend;
    const present = Object.entries(inputs).filter((entry): entry is [string, TensorInfo] => entry[1] !== null && entry[1] !== undefined);
    for (const [, tensor] of present) counting.touch(tensor);
    const inferred = rule.infer({ inputs: new Map<string, TensorType>(present), attributes: { ...attrs } });
    const [first] = present;
    const infos = (Array.isArray(inferred) ? inferred : [inferred as TensorType]).map((type: TensorType): TensorInfo => {
      const shares = first !== undefined && SHARING.has(rule.kernel) && first[1].dtype === type.dtype;
      return { dataId: shares ? counting.share(first[1]) : counting.allocate(type), shape: [...type.shape], dtype: type.dtype };
    });
    return Array.isArray(inferred) ? infos : (infos[0] as TensorInfo);
  };
}

const identity: Pick<KernelRule, 'kernel' | 'infer'> = { kernel: 'Identity', infer: ({ inputs }) => inputs.get('x') as TensorType };

/** Makes every rule, and `Identity`, known to tfjs. */
export function registerCountingKernels(): void {
  if (getKernel('Identity', COUNTING_BACKEND) !== undefined) return;
  for (const rule of [identity, ...kernelRules.values()]) {
    registerKernel({ kernelName: rule.kernel, backendName: COUNTING_BACKEND, kernelFunc: countingKernel(rule) });
  }
}
