/** ONNX Runtime for Node. It is an optional peer dependency, so it is loaded when it is asked for. */
import { InputError, onnxRuntime } from '@mfim/tensor-contracts';
import type { InferenceRuntime } from '@mfim/tensor-contracts';

/** Where and how it runs. */
export interface NodeRuntimeOptions {
  /** ONNX Runtime's execution providers, such as `['cuda']`. Default `['cpu']`. No silent fallback. */
  readonly executionProviders?: readonly string[];
  /** Threads within an operator; default: one for each physical core. */
  readonly threads?: number;
}

/** ONNX Runtime's scale: 0 verbose .. 4 fatal. Packages never print. */
const ERRORS_ONLY = 3;

async function importRuntime(): Promise<unknown> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new InputError({
      where: 'nodeRuntime',
      expected: 'the package onnxruntime-node',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: 'run `npm install onnxruntime-node` (with ONNXRUNTIME_NODE_INSTALL=skip where downloads are barred)',
      cause,
    });
  }
}

/** @throws InputError when onnxruntime-node is not installed or cannot be loaded. */
export async function nodeRuntime(options: NodeRuntimeOptions = {}): Promise<InferenceRuntime> {
  const { executionProviders = ['cpu'], threads } = options;
  return onnxRuntime(await importRuntime(), {
    name: `onnxruntime-node ${executionProviders.join('+')}`,
    sessionOptions: {
      executionProviders,
      logSeverityLevel: ERRORS_ONLY,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    },
  });
}
