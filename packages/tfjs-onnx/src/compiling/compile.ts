/**
 * `jit` for TensorFlow.js: a function of tensors, traced once for each set of input shapes and run by ONNX Runtime.
 */
import type { Tensor, TypedArray } from '@tensorflow/tfjs-core';
import { tensor as makeTensor } from '@tensorflow/tfjs-core';
import type { TracedFunction } from '../recording/record-function.ts';
import type { TensorType } from '../recording/recorded-graph.ts';
import { checkInputs, refuseNaN } from './input-spec.ts';
import type { InputSpecs } from './input-spec.ts';
import { hostTensor, loadProgram } from './load-program.ts';
import type { Feeds, GraphFacts, LoadedProgram } from './load-program.ts';
import { runtimeOf } from './onnx-runtime.ts';
import type { RuntimeOptions, RuntimeTensor } from './onnx-runtime.ts';

/** How to compile. */
export interface CompileOptions extends RuntimeOptions {
  /** For messages; default: the function's name. */
  readonly name?: string;
  /** Whether inputs are searched for NaN before every run. Default true. */
  readonly checkNumbers?: boolean;
}

/** A function with the meaning of the one it was compiled from; the caller disposes its results. */
export interface CompiledFunction {
  (inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /** One entry for each set of input shapes that was compiled so far. */
  readonly graphs: readonly GraphFacts[];
  /** Frees the sessions; a later call compiles anew. */
  release(): Promise<void>;
}

const IN = 'input/';
const OUT = 'output/';

/** ONNX has one name space for inputs and outputs, a function two. */
function withPortNames(fn: TracedFunction): TracedFunction {
  return (inputs) => {
    const results = fn(Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name.slice(IN.length), tensor])));
    if (results === null || typeof results !== 'object' || results instanceof Promise || 'dataId' in results) return results;
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [OUT + name, tensor]));
  };
}

const keyOf = (types: ReadonlyMap<string, TensorType>): string => JSON.stringify([...types].map(([name, { shape }]) => [name, shape]));

async function feedsFrom(options: CompileOptions & { readonly name: string }, inputs: Readonly<Record<string, Tensor>>): Promise<Feeds> {
  const entries = Object.entries(inputs).map(async ([name, tensor]) => {
    const data = await tensor.data();
    if (options.checkNumbers !== false && tensor.dtype === 'float32') refuseNaN(options.name, name, data);
    return [IN + name, hostTensor(options, data, tensor)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function resultsFrom(program: LoadedProgram, results: Readonly<Record<string, RuntimeTensor>>): Record<string, Tensor> {
  const entries = [...program.outputs].map(([name, { shape, dtype }]) => {
    const data = (results[name] as RuntimeTensor).data as TypedArray;
    return [name.slice(OUT.length), makeTensor(data, [...shape], dtype)] as const;
  });
  return Object.fromEntries(entries);
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
  const loading = new Map<string, Promise<LoadedProgram>>();
  const graphs: GraphFacts[] = [];
  const load = async (types: ReadonlyMap<string, TensorType>): Promise<LoadedProgram> => {
    const inputs = new Map([...types].map(([input, type]) => [IN + input, type] as const));
    const program = await loadProgram({ name, fn: withPortNames(fn), inputs, options });
    graphs.push(program.facts);
    return program;
  };
  const programFor = (types: ReadonlyMap<string, TensorType>): Promise<LoadedProgram> => {
    const key = keyOf(types);
    const program = loading.get(key) ?? load(types);
    loading.set(key, program);
    program.catch(() => loading.delete(key));
    return program;
  };
  const call = async (inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> => {
    const types = checkInputs(name, specs, inputs);
    const [feeds, program] = [await feedsFrom({ ...options, name }, inputs), await programFor(types)];
    return resultsFrom(program, await program.run(feeds));
  };
  const release = async (): Promise<void> => {
    const programs = [...loading.values()];
    loading.clear();
    for (const program of await Promise.allSettled(programs)) if (program.status === 'fulfilled') await program.value.release();
  };
  return Object.assign(call, { graphs, release });
}
