/**
 * Collects the values and kernel calls of one run of a traced function.
 */
import type { DataId, Tensor, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import type { KernelCall, RecordedGraph, TensorType, Value, ValueSource } from './recorded-graph.ts';

const OPERATION_SCOPE = '__op';
const ANONYMOUS_SCOPES = new Set(['', 'gradients', 'unnamed scope']);

function userScopes(): string[] {
  const names = engine().state.scopeStack.map((scope) => scope.name ?? '');
  return names.filter((name) => !name.endsWith(OPERATION_SCOPE) && !ANONYMOUS_SCOPES.has(name));
}

/** The graph under construction. */
export class Recorder {
  private readonly values: Value[] = [];
  private readonly calls: KernelCall[] = [];
  private readonly inputs = new Map<string, Value>();
  private readonly valueOfData = new Map<DataId, Value>();

  private add(type: TensorType, source: ValueSource): Value {
    const { shape, dtype } = type;
    const value = { id: this.values.length, dtype, example: shape, larger: shape, shape, source };
    this.values.push(value);
    return value;
  }

  private idOf(value: Value): DataId {
    const id: DataId = {};
    this.valueOfData.set(id, value);
    return id;
  }

  /** Registers values that the traced function made from numbers. */
  addData(data: TypedArray, type: TensorType): DataId {
    return this.idOf(this.add(type, { kind: 'data', data }));
  }

  /** Registers an input of the traced function. */
  addInput(name: string, shape: readonly number[]): DataId {
    const value = this.add({ shape, dtype: 'float32' }, { kind: 'input', name });
    this.inputs.set(name, value);
    return this.idOf(value);
  }

  /** The value of a tensor; a tensor of another backend becomes a parameter. */
  valueOf(tensor: TensorInfo): Value {
    const known = this.valueOfData.get(tensor.dataId);
    if (known !== undefined) return known;
    const { shape, dtype } = tensor;
    const value = this.add({ shape, dtype }, { kind: 'parameter', tensor: tensor as Tensor });
    this.valueOfData.set(tensor.dataId, value);
    return value;
  }

  /** Another tensor of the same value (and the same shape). */
  alias(tensor: TensorInfo): DataId {
    return this.idOf(this.valueOf(tensor));
  }

  /** Records a call and returns the data ids of its outputs. */
  addCall(call: Pick<KernelCall, 'kernel' | 'inputs' | 'attributes'>, types: readonly TensorType[]): DataId[] {
    const recorded: KernelCall = { ...call, outputs: [], scope: userScopes(), site: new Error(call.kernel) };
    this.calls.push(recorded);
    return types.map((type) => {
      const value = this.add(type, { kind: 'call', call: recorded });
      recorded.outputs.push(value);
      return this.idOf(value);
    });
  }

  /** The values known under a data id, when they are numbers that the function itself made. */
  dataOf(id: DataId): TypedArray | undefined {
    const source = this.valueOfData.get(id)?.source;
    return source?.kind === 'data' ? source.data : undefined;
  }

  /** Ends the recording. */
  finish(outputs: ReadonlyMap<string, Value>): RecordedGraph {
    return { values: this.values, calls: this.calls, inputs: this.inputs, outputs };
  }
}
