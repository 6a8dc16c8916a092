/**
 * Computes recorded values that depend on constants only, on tfjs's active backend.
 */
import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { engine, tensor as makeTensor } from '@tensorflow/tfjs-core';
import type { KernelCall, Value } from './recorded-graph.ts';

/** Remembers what it has computed; the tensors belong to the caller's tidy. */
export class Evaluator {
  private readonly tensors = new Map<Value, Tensor>();

  /** The tensor of a value that depends on constants only. */
  tensorOf(value: Value): Tensor {
    const known = this.tensors.get(value);
    if (known !== undefined) return known;
    const { source } = value;
    if (source.kind === 'call') return this.run(source.call, value);
    const made = source.kind === 'parameter' ? source.tensor : this.fromData(value);
    this.tensors.set(value, made);
    return made;
  }

  private fromData(value: Value): Tensor {
    const data = value.source.kind === 'data' ? value.source.data : new Float32Array();
    return makeTensor(data, [...value.example], value.dtype);
  }

  private run(call: KernelCall, wanted: Value): Tensor {
    const entries = [...call.inputs].map(([name, input]) => [name, this.tensorOf(input)] as const);
    const isList = entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name));
    const inputs = (isList ? entries.map(([, tensor]) => tensor) : Object.fromEntries(entries)) as NamedTensorMap;
    const outputs: Tensor | Tensor[] = engine().runKernel(call.kernel, inputs, call.attributes as NamedAttrMap);
    (Array.isArray(outputs) ? outputs : [outputs]).forEach((tensor, index) => {
      const value = call.outputs[index];
      if (value !== undefined) this.tensors.set(value, tensor);
    });
    return this.tensors.get(wanted) as Tensor;
  }
}
