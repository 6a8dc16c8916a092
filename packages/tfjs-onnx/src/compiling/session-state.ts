/**
 * Tensors that live where ONNX Runtime computes, and the compiled functions that change them: in memory their values are fed
 * and replaced without passing through tfjs, on a device that keeps tensors (WebGPU) they never leave it. A function over the
 * state is pure, `(state, inputs) => { state, outputs }`; what it returns as state is the state of the next run.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor as makeTensor } from '@tensorflow/tfjs-core';
import { InputError, oneAtATime } from '@mfim/tensor-contracts';
import type { TensorType } from '../recording/recorded-graph.ts';
import { DeviceReader } from './device-reader.ts';
import { hostTensor } from './load-program.ts';
import type { CompileOptions } from './input-feeds.ts';
import type { RuntimeTensor } from './onnx-runtime.ts';

/** A tensor of the state. */
interface Slot {
  readonly type: TensorType;
  /** Absent: a transient one that nothing has been put into. */
  tensor: RuntimeTensor | undefined;
}

/** What is in memory belongs to the garbage collector. */
function free(tensor: RuntimeTensor | undefined): void {
  if (tensor !== undefined && tensor.location !== 'cpu') tensor.dispose();
}

async function typedSlot(options: CompileOptions, name: string, tensor: Tensor): Promise<Slot> {
  const { shape, dtype } = tensor;
  if (dtype !== 'float32') {
    throw new InputError({ where: `session state, ${name}`, expected: 'float32', got: dtype, remedy: 'cast it, or pass it as an input' });
  }
  const type = { shape: shape.slice(), dtype } as const;
  return { type, tensor: hostTensor(options, (await tensor.data()).slice(), type) };
}

/**
 * Makes a state of these tensors; they are copied.
 *
 * @param transient shapes of further tensors, which hold nothing until a function returns them: gradients
 * @throws InputError for a tensor that is not float32
 */
export async function openState(
  tensors: Readonly<Record<string, Tensor>>,
  options: CompileOptions,
  transient: Readonly<Record<string, readonly number[]>> = {},
): Promise<SessionState> {
  const slots = new Map<string, Slot>();
  for (const [name, tensor] of Object.entries(tensors)) slots.set(name, await typedSlot(options, name, tensor));
  for (const [name, shape] of Object.entries(transient)) slots.set(name, { type: { shape, dtype: 'float32' }, tensor: undefined });
  return new SessionState(slots, options);
}

/** State and its place; made by `openState`. */
export class SessionState {
  readonly options: CompileOptions;
  /** Runs over one state happen one after the other. */
  readonly inTurn = oneAtATime();
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly reader: DeviceReader;
  private broken: unknown;

  constructor(slots: ReadonlyMap<string, Slot>, options: CompileOptions) {
    this.slots = slots;
    this.options = options;
    this.reader = new DeviceReader(options);
  }

  /** Names of the tensors. */
  get names(): readonly string[] {
    return [...this.slots.keys()];
  }

  private slot(name: string): Slot {
    const slot = this.slots.get(name);
    if (slot !== undefined) return slot;
    throw new InputError({ where: 'session state', expected: `one of ${this.names.join(', ')}`, got: JSON.stringify(name), remedy: 'correct the name, or open the state with that tensor' });
  }

  /** Shape and type of a tensor. @throws InputError when the state has no such tensor */
  typeOf(name: string): TensorType {
    return this.slot(name).type;
  }

  /** The runtime's tensor of this moment. @throws InputError after a run that stopped half-way */
  tensorOf(name: string): RuntimeTensor {
    if (this.broken === undefined) return this.filled(name);
    throw new InputError({
      where: 'session state',
      expected: 'the state of whole steps',
      got: 'a state of which a failed update has changed a part',
      remedy: 'write all of its tensors again, from the last checkpoint',
      cause: this.broken,
    });
  }

  private filled(name: string): RuntimeTensor {
    const { tensor } = this.slot(name);
    if (tensor !== undefined) return tensor;
    throw new InputError({ where: `session state, ${name}`, expected: 'a tensor that a function has returned', got: 'nothing yet', remedy: 'run the function that makes it first' });
  }

  /** Marks the state as useless until it is written again. */
  break(reason: unknown): void {
    this.broken = reason;
  }

  /** Replaces tensors; those on a device are freed there. */
  replace(tensors: ReadonlyMap<string, RuntimeTensor>): void {
    for (const [name, tensor] of tensors) {
      const slot = this.slot(name);
      if (slot.tensor !== tensor) free(slot.tensor);
      slot.tensor = tensor;
    }
  }

  /** Gives one tensor's values to another of the same shape; the first then holds nothing. */
  move(from: string, to: string): Promise<void> {
    return this.inTurn(async () => {
      this.replace(new Map([[to, this.tensorOf(from)]]));
      this.slot(from).tensor = undefined;
    });
  }

  /** Frees what a transient tensor holds. */
  clear(name: string): Promise<void> {
    return this.inTurn(async () => {
      free(this.slot(name).tensor);
      this.slot(name).tensor = undefined;
    });
  }

  /** Values of a tensor; in memory they are the state's own, to be copied by whoever keeps them over the next run. */
  read(name: string): Promise<Float32Array> {
    return this.inTurn(async () => this.reader.read(this.tensorOf(name)));
  }

  /** All tensors, copied, as tensors of tfjs's active backend; the caller disposes them. */
  async tensors(): Promise<Record<string, Tensor>> {
    const entries: (readonly [string, Tensor])[] = [];
    for (const [name, { type, tensor }] of this.slots) if (tensor !== undefined) entries.push([name, makeTensor((await this.read(name)).slice(), [...type.shape])]);
    return Object.fromEntries(entries);
  }

  /** Sets tensors. @throws InputError when a name or shape is not the state's */
  async write(tensors: Readonly<Record<string, Tensor>>): Promise<void> {
    const fresh = new Map<string, RuntimeTensor>();
    for (const [name, tensor] of Object.entries(tensors)) {
      const { type, tensor: copy } = await typedSlot(this.options, name, tensor);
      const { shape } = this.slot(name).type;
      if (type.shape.join() !== shape.join()) throw new InputError({ where: `session state, ${name}`, expected: `[${shape.join(', ')}]`, got: `[${type.shape.join(', ')}]`, remedy: 'write a tensor of the same shape' });
      fresh.set(name, copy as RuntimeTensor);
    }
    await this.inTurn(async () => {
      this.replace(fresh);
      if ([...this.slots].every(([name, { tensor }]) => fresh.has(name) || tensor === undefined)) this.broken = undefined;
    });
  }

  /** Frees what is on a device. */
  release(): Promise<void> {
    return this.inTurn(async () => {
      for (const { tensor } of this.slots.values()) free(tensor);
      await this.reader.release();
    });
  }
}
