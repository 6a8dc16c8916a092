/**
 * Channels in a block of the ONNX Runtime that will run a graph, found once for each runtime.
 */
import { onnxRuntime } from '@mfim/tensor-contracts';
import { channelBlock } from '../blocking/channel-block.ts';
import { FATAL_ONLY } from './create-session.ts';
import { isOnCpu } from './onnx-runtime.ts';
import type { OnnxRuntimeModule, RuntimeOptions } from './onnx-runtime.ts';

const known = new WeakMap<OnnxRuntimeModule, Promise<number>>();

async function find(runtime: OnnxRuntimeModule): Promise<number> {
  return (await channelBlock(onnxRuntime(runtime, { name: 'compile', sessionOptions: { intraOpNumThreads: 1, logSeverityLevel: FATAL_ONLY } }))) ?? 0;
}

/** 0 where the provider is not the CPU, or its runtime has no channel blocks. */
export function runtimeBlock(options: RuntimeOptions): Promise<number> {
  if (!isOnCpu(options)) return Promise.resolve(0);
  const { runtime } = options;
  const block = known.get(runtime) ?? find(runtime);
  known.set(runtime, block);
  return block;
}
