/**
 * Runs a function on the tracing backend and returns what it did. The switch of backends and the run
 * are synchronous, so that no other code can see the tracing backend.
 */
import type { Variable } from '@tensorflow/tfjs-core';
import {
  Tensor,
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

function makeInput(recorder: Recorder, name: string, type: TensorType): Tensor {
  const info = { dataId: recorder.addInput(name, type), shape: [...type.shape], dtype: type.dtype };
  return engine().makeTensorFromTensorInfo(info);
}

function refuseAsynchronous(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined); // nobody waits for it
  throw new InputError({
    where: 'traceToOnnx',
    expected: 'a function that returns tensors at once',
    got: 'an asynchronous function',
    remedy: 'compute with tf operations only, and await before or after the call',
  });
}

function tensorsOf(result: unknown): readonly (readonly [string, Tensor])[] {
  refuseAsynchronous(result);
  const entries = result instanceof Tensor || typeof result !== 'object' || result === null ? [['', undefined] as const] : Object.entries(result);
  return entries.map(([name, tensor]) => {
    if (tensor instanceof Tensor) return [name, tensor] as const;
    const got = name === '' ? 'something else' : `${typeof tensor} under the name ${name}`;
    throw new InputError({ where: 'traceToOnnx', expected: 'a function that returns a record of tensors', got, remedy: 'return for instance { result: tensor }' });
  });
}

function run(fn: TracedFunction, inputs: ReadonlyMap<string, TensorType>, backend: TraceBackend): RecordedGraph {
  const { recorder } = backend;
  engine().startScope();
  try {
    const result: unknown = fn(Object.fromEntries([...inputs].map(([name, type]) => [name, makeInput(recorder, name, type)])));
    if (backend.refusedRead !== undefined) throw backend.refusedRead;
    return recorder.finish(new Map(tensorsOf(result).map(([name, tensor]) => [name, recorder.valueOf(tensor)])));
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
  const backend = new TraceBackend(variablesAreInputs);
  const previous = getBackend();
  const v8 = Error as { stackTraceLimit?: number };
  const depth = v8.stackTraceLimit ?? 0;
  registerBackend(TRACE_BACKEND, () => backend, LOWEST_PRIORITY);
  try {
    v8.stackTraceLimit = STACK_DEPTH;
    void setBackend(TRACE_BACKEND);
    return { graph: run(fn, inputs, backend), variables: backend.recorder.variables };
  } catch (error) {
    throw explain(error);
  } finally {
    v8.stackTraceLimit = depth;
    void setBackend(previous);
    removeBackend(TRACE_BACKEND);
  }
}
