/**
 * ONNX Runtime for Node. It is an optional peer dependency, so it is loaded when it is asked for. On the CPU, networks whose
 * weights are computed (a generator's, by its style) run in the processor's channel blocks, where it has them.
 */
import { InputError, onnxRuntime } from '@mfim/tensor-contracts';
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import { blockChannels, channelBlock } from '@mfim/tfjs-onnx/channel-blocks';

/** Where and how it runs. */
export interface NodeRuntimeOptions {
  /** ONNX Runtime's execution providers, such as `['cuda']`. Default `['cpu']`. No silent fallback. */
  readonly executionProviders?: readonly string[];
  /** Threads within an operator; default: one for each physical core. */
  readonly threads?: number;
  /** CPU alone: whether networks may run in channel blocks. Results differ in the last digits. Default `true`. */
  readonly channelBlocks?: boolean;
}

/** ONNX Runtime's scale: 0 verbose .. 4 fatal. Packages never print. */
const ERRORS_ONLY = 3;

/**
 * Threads of a network whose run is over wait asleep: awake, they would take a core from the next network for a while
 * (a 1024 image, whose generator is five networks, took 1.08 of the time).
 */
const SLEEP_BETWEEN_RUNS = { session: { force_spinning_stop: '1' } };

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

/** What the processor's blocks are is found out once, when the first network is opened. */
function inChannelBlocks(runtime: InferenceRuntime): InferenceRuntime {
  let found: Promise<number | undefined> | undefined;
  return {
    ...runtime,
    async open(model) {
      found ??= channelBlock(runtime);
      const block = await found;
      return runtime.open(block === undefined ? model : blockChannels(model, block));
    },
  };
}

/** @throws InputError when onnxruntime-node is not installed or cannot be loaded. */
export async function nodeRuntime(options: NodeRuntimeOptions = {}): Promise<InferenceRuntime> {
  const { executionProviders = ['cpu'], threads, channelBlocks = true } = options;
  const runtime = onnxRuntime(await importRuntime(), {
    name: `onnxruntime-node ${executionProviders.join('+')}`,
    sessionOptions: {
      executionProviders,
      logSeverityLevel: ERRORS_ONLY,
      extra: SLEEP_BETWEEN_RUNS,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    },
  });
  const joining = { ...runtime, joins: true };
  return channelBlocks && executionProviders.join() === 'cpu' ? inChannelBlocks(joining) : joining;
}
