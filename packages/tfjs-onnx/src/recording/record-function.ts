/**
 * Runs a function on the tracing backend and returns what it did. The switch of backends and the run
 * are synchronous, so that no other code can see the tracing backend.
 */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import {
  backend as activeBackend,
  engine,
  findBackendFactory,
  getBackend,
  registerBackend,
  removeBackend,
  setBackend,
} from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { callSite } from './call-site.ts';
import { locateError } from './locate-error.ts';
import { recordOfTensors } from './record-of-tensors.ts';
import type { RecordedGraph, TensorType } from './recorded-graph.ts';
import type { Recorder } from './recorder.ts';
import { TRACE_BACKEND, TraceBackend } from './trace-backend.ts';

/** A function that can be traced. */
export type TracedFunction = (inputs: Record<string, Tensor>) => Record<string, Tensor>;

/** What is recorded. */
export interface RecordingRequest {
  readonly inputs: ReadonlyMap<string, TensorType>;
  /** A `tf.Variable` that the function closes over becomes an input; else its present value is a constant. */
  readonly variablesAreInputs: boolean;
}

/** What a function did, and the variables that it read, by the names of the inputs which they became. */
export interface Recording {
  readonly graph: RecordedGraph;
  readonly variables: ReadonlyMap<string, Variable>;
}

const STACK_DEPTH = 60;
const LOWEST_PRIORITY = 0;

function withoutGradient(error: Error, kernel: string): InputError {
  return new InputError({
    where: `traceToOnnx at ${callSite(error)}`,
    expected: 'operations that tfjs can differentiate',
    got: `the gradient of the tfjs kernel ${kernel}, which is not registered`,
    remedy: "import '@tensorflow/tfjs', which registers gradients (tfjs-core alone has none); for a gradient of a gradient, register the missing one with tf.registerGradient",
    cause: error,
  });
}

function explain(error: unknown): unknown {
  const gradient = error instanceof Error ? /gradient function not found for (\w+)/.exec(error.message)?.[1] : undefined;
  if (gradient !== undefined) return withoutGradient(error as Error, gradient);
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

function makeInput(recorder: Recorder, name: string, type: TensorType): Tensor {
  const info = { dataId: recorder.addInput(name, type), shape: [...type.shape], dtype: type.dtype };
  return engine().makeTensorFromTensorInfo(info);
}

function run(fn: TracedFunction, inputs: ReadonlyMap<string, TensorType>, recorder: Recorder): RecordedGraph {
  engine().startScope();
  try {
    const result: unknown = fn(Object.fromEntries([...inputs].map(([name, type]) => [name, makeInput(recorder, name, type)])));
    return recorder.finish(new Map(recordOfTensors(result).map(([name, tensor]) => [name, recorder.valueOf(tensor)])));
  } finally {
    engine().endScope();
  }
}

function refuseNested(): void {
  if (findBackendFactory(TRACE_BACKEND) === null) return;
  throw new InputError({
    where: 'traceToOnnx',
    expected: 'one trace at a time',
    got: 'a call of traceToOnnx inside a traced function',
    remedy: 'trace the inner function on its own',
  });
}

/** Traces `fn` for concrete input shapes. */
export function recordFunction(fn: TracedFunction, { inputs, variablesAreInputs }: RecordingRequest): Recording {
  refuseNested();
  activeBackend(); // tfjs chooses its default backend now, before the tracing one is there to be chosen
  const previous = getBackend();
  const backend = new TraceBackend(previous, variablesAreInputs);
  const v8 = Error as { stackTraceLimit?: number };
  const depth = v8.stackTraceLimit ?? 0;
  registerBackend(TRACE_BACKEND, () => backend, LOWEST_PRIORITY);
  try {
    v8.stackTraceLimit = STACK_DEPTH;
    void setBackend(TRACE_BACKEND);
    const graph = run(fn, inputs, backend.recorder);
    if (backend.refusedRead !== undefined) throw backend.refusedRead;
    return { graph, variables: backend.recorder.variables };
  } catch (error) {
    throw explain(backend.refusedRead ?? error);
  } finally {
    v8.stackTraceLimit = depth;
    void setBackend(previous);
    removeBackend(TRACE_BACKEND);
  }
}
