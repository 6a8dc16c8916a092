/**
 * Collects the values and kernel calls of one run of a traced function.
 */
import type { DataId, Tensor, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import { Variable, engine } from '@tensorflow/tfjs-core';
import type { KernelCall, RecordedGraph, TensorType, Value, ValueSource } from './recorded-graph.ts';

const OPERATION_SCOPE = '__op';
const ANONYMOUS_SCOPES = new Set(['', 'gradients', 'unnamed scope']);

function userScopes(): string[] {
  const names = engine().state.scopeStack.map((scope) => scope.name ?? '');
  return names.filter((name) => !name.endsWith(OPERATION_SCOPE) && !ANONYMOUS_SCOPES.has(name));
}

/** Name of the input that carries the variable of this number. */
const variableInput = (number: number): string => `variable/${number}`;

/** The graph under construction. */
export class Recorder {
  /** The variables that became inputs, by the inputs' names. */
  readonly variables = new Map<string, Variable>();
  private readonly variablesAreInputs: boolean;
  private readonly values: Value[] = [];
  private readonly calls: KernelCall[] = [];
  private readonly inputs = new Map<string, Value>();
  private readonly valueOfData = new Map<DataId, Value>();

  /** @param variablesAreInputs a `tf.Variable` that is read becomes an input instead of a constant */
  constructor(variablesAreInputs: boolean) {
    this.variablesAreInputs = variablesAreInputs;
  }

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
  addInput(name: string, type: TensorType): DataId {
    const value = this.add(type, { kind: 'input', name });
    this.inputs.set(name, value);
    return this.idOf(value);
  }

  /** The value of a tensor; one of another backend becomes a parameter, or an input when it is a variable that may change. */
  valueOf(tensor: TensorInfo): Value {
    const known = this.valueOfData.get(tensor.dataId);
    if (known !== undefined) return known;
    if (this.variablesAreInputs && tensor instanceof Variable) return this.addVariable(tensor);
    const { shape, dtype } = tensor;
    const value = this.add({ shape, dtype }, { kind: 'parameter', tensor: tensor as Tensor });
    this.valueOfData.set(tensor.dataId, value);
    return value;
  }

  private addVariable(variable: Variable): Value {
    const name = variableInput(this.variables.size);
    const value = this.add({ shape: variable.shape, dtype: variable.dtype }, { kind: 'input', name });
    this.inputs.set(name, value);
    this.variables.set(name, variable);
    this.valueOfData.set(variable.dataId, value);
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

  /** What is known under a data id. */
  valueAt(id: DataId): Value | undefined {
    return this.valueOfData.get(id);
  }

  /** Ends the recording. */
  finish(outputs: ReadonlyMap<string, Value>): RecordedGraph {
    return { values: this.values, calls: this.calls, inputs: this.inputs, outputs };
  }
}
