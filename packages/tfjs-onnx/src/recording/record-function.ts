/**
 * Runs a function on the tracing backend and returns what it did. The switch of backends and the run
 * are synchronous, so that no other code can see the tracing backend.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  backend as activeBackend,
  engine,
  findBackendFactory,
  getBackend,
  registerBackend,
  removeBackend,
  setBackend,
  tidy,
} from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { callSite } from './call-site.ts';
import { locateError } from './locate-error.ts';
import type { RecordedGraph } from './recorded-graph.ts';
import type { Recorder } from './recorder.ts';
import { TRACE_BACKEND, TraceBackend } from './trace-backend.ts';

/** A function that can be traced. */
export type TracedFunction = (inputs: Record<string, Tensor>) => Record<string, Tensor>;

const STACK_DEPTH = 60;
const LOWEST_PRIORITY = 0;

function explain(error: unknown): unknown {
  const kernel = error instanceof Error ? /Kernel '(\w+)' not registered/.exec(error.message)?.[1] : undefined;
  if (kernel === undefined) return error instanceof Error ? locateError(error, error) : error;
  return new InputError({
    where: `traceToOnnx at ${callSite(error as Error)}`,
    expected: 'operations that can be written as ONNX',
    got: `the tfjs kernel ${kernel}`,
    remedy: 'express it by other tf operations, or compute it before the trace when it does not depend on the inputs',
    cause: error,
  });
}

function makeInput(recorder: Recorder, name: string, shape: readonly number[]): Tensor {
  const info = { dataId: recorder.addInput(name, shape), shape: [...shape], dtype: 'float32' as const };
  return engine().makeTensorFromTensorInfo(info);
}

function run(fn: TracedFunction, shapes: ReadonlyMap<string, readonly number[]>, recorder: Recorder): RecordedGraph {
  engine().startScope();
  try {
    const inputs = Object.fromEntries([...shapes].map(([name, shape]) => [name, makeInput(recorder, name, shape)]));
    const outputs = Object.entries(tidy(() => fn(inputs)));
    return recorder.finish(new Map(outputs.map(([name, tensor]) => [name, recorder.valueOf(tensor)])));
  } finally {
    engine().endScope();
  }
}

/** Traces `fn` for concrete input shapes. */
export function recordFunction(fn: TracedFunction, shapes: ReadonlyMap<string, readonly number[]>): RecordedGraph {
  if (findBackendFactory(TRACE_BACKEND) !== null) {
    throw new InputError({
      where: 'traceToOnnx',
      expected: 'one trace at a time',
      got: 'a call of traceToOnnx inside a traced function',
      remedy: 'trace the inner function on its own',
    });
  }
  activeBackend(); // tfjs chooses its default backend now, before the tracing one is there to be chosen
  const backend = new TraceBackend();
  const previous = getBackend();
  const v8 = Error as { stackTraceLimit?: number };
  const depth = v8.stackTraceLimit ?? 0;
  registerBackend(TRACE_BACKEND, () => backend, LOWEST_PRIORITY);
  try {
    v8.stackTraceLimit = STACK_DEPTH;
    void setBackend(TRACE_BACKEND);
    return run(fn, shapes, backend.recorder);
  } catch (error) {
    throw explain(error);
  } finally {
    v8.stackTraceLimit = depth;
    void setBackend(previous);
    removeBackend(TRACE_BACKEND);
  }
}
