/**
 * `jit` for TensorFlow.js: a function of tensors, traced once for each set of input shapes and run by ONNX Runtime.
 */
import type { Tensor, TypedArray } from '@tensorflow/tfjs-core';
import { tensor as makeTensor } from '@tensorflow/tfjs-core';
import type { TracedFunction } from '../recording/record-function.ts';
import { recordOfTensors } from '../recording/record-of-tensors.ts';
import { INPUT, OUTPUT, inputFeeds, prefixed, unprefixed } from './input-feeds.ts';
import type { CompileOptions } from './input-feeds.ts';
import { checkInputs } from './input-spec.ts';
import type { InputSpecs } from './input-spec.ts';
import { loadProgram } from './load-program.ts';
import type { GraphFacts } from './graph-facts.ts';
import type { Feeds, LoadedProgram } from './load-program.ts';
import { runtimeOf } from './onnx-runtime.ts';
import { ProgramCache } from './program-cache.ts';

/** A function with the meaning of the one it was compiled from; the caller disposes its results. */
export interface CompiledFunction {
  (inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /** One entry for each set of input shapes that was compiled so far. */
  readonly graphs: readonly GraphFacts[];
  /** Frees the sessions; a later call compiles anew. */
  release(): Promise<void>;
}

function withPortNames(fn: TracedFunction): TracedFunction {
  return (inputs) => Object.fromEntries(prefixed(OUTPUT, recordOfTensors(fn(unprefixed(INPUT, Object.entries(inputs))))));
}

/** The results whose names have the prefix, as tensors of tfjs. */
export function resultTensors(prefix: string, { outputs }: LoadedProgram, results: Feeds): Record<string, Tensor> {
  const wanted = Object.entries(unprefixed(prefix, outputs));
  const made = wanted.map(([name, { shape, dtype }]) => [name, makeTensor(results[prefix + name]?.data as TypedArray, [...shape], dtype)] as const);
  return Object.fromEntries(made);
}

/**
 * Compiles `fn`. Nothing happens before the first call; each new set of input shapes is traced and loaded then, and kept.
 * Tensors that `fn` closes over become constants of the graph; a `tf.Variable` is read again at every call.
 *
 * @param fn pure, synchronous, from named tensors to named tensors; it is called twice for each set of shapes
 * @param specs what it may be called with; dimensions given by names are free
 * @returns the compiled function. It throws InputError for inputs unlike the specs, for NaN in them, for an operation without
 *   a rule, a value read or random numbers drawn while tracing, and for a provider that is missing or lacks kernels
 */
export function compile(fn: TracedFunction, specs: InputSpecs, options: CompileOptions): CompiledFunction {
  runtimeOf(options);
  const name = options.name ?? (fn.name === '' ? 'compiled function' : fn.name);
  const cache = new ProgramCache((types) => loadProgram({ name, fn: withPortNames(fn), inputs: prefixed(INPUT, types), options }));
  const call = async (inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> => {
    const types = checkInputs(name, specs, inputs);
    const feeds = await inputFeeds(name, inputs, options);
    const program = await cache.get(types);
    return resultTensors(OUTPUT, program, await program.run(feeds));
  };
  return Object.assign(call, { graphs: cache.graphs, release: () => cache.release() });
}
