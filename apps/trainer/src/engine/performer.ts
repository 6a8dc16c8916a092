/**
 * Runs pure functions of tensors on an engine: by tfjs at once, or compiled where the engine compiles.
 */
import { compile } from '@mfim/tfjs-onnx';
import type { CompiledFunction, HostType, InputSpec, InputSpecs, RuntimeOptions, TracedFunction } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** A function that is performed; the caller disposes its results. It may be called with other sizes, but not ranks, each time. */
export type Performed = (inputs: NamedTensors) => Promise<Record<string, tf.Tensor>>;

/** Prepares a function; the name is for messages. Where it is compiled, it must be pure: the same for the same inputs. */
export type Performer = (name: string, fn: TracedFunction) => Performed;

function freeSpec(name: string, { shape, dtype }: tf.Tensor): InputSpec {
  return { shape: shape.map((_, axis) => `axis ${axis} of ${name}`), dtype: dtype as HostType };
}

function freeSpecs(inputs: NamedTensors): InputSpecs {
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, freeSpec(name, tensor)]));
}

/** @param compiler of an engine that compiles; absent: the active tfjs backend computes */
export function performer(compiler: RuntimeOptions | undefined): Performer {
  return (name, fn) => {
    if (compiler === undefined) return (inputs) => Promise.resolve(tf.tidy(() => fn({ ...inputs })));
    let compiled: CompiledFunction | undefined;
    return (inputs) => {
      compiled ??= compile(fn, freeSpecs(inputs), { ...compiler, name });
      return compiled(inputs);
    };
  };
}
