/**
 * The tfjs backend `onnx-trace`: it stores no tensors and computes nothing; its kernels record.
 */
import type { BackendValues, DataId, DataType, TypedArray } from '@tensorflow/tfjs-core';
import { KernelBackend } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { callSite } from './call-site.ts';
import { readConstant } from './read-constant.ts';
import { Recorder } from './recorder.ts';

/** Name under which the backend is registered while a function is traced. */
export const TRACE_BACKEND = 'onnx-trace';

const FLOAT32_BITS = 32;
const FLOAT32_EPSILON = 1e-7;

/** A backend for one tracing run. */
export class TraceBackend extends KernelBackend {
  readonly recorder: Recorder;
  /** Why the trace fails although the function went on: it asked for values and did not wait for them. */
  refusedRead: InputError | undefined;

  private readonly previous: string;

  /** @param previous the backend that was active before, which computes constants that the function reads */
  constructor(previous: string, variablesAreInputs: boolean) {
    super();
    this.previous = previous;
    this.recorder = new Recorder(variablesAreInputs);
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const data = Array.isArray(values) ? Float32Array.from(values as unknown as number[]) : values;
    return this.recorder.addData(data as TypedArray, { shape, dtype });
  }

  override readSync(id: DataId): BackendValues {
    const data = this.constantAt(id);
    if (data !== undefined) return data;
    throw this.refusal(id);
  }

  private constantAt(id: DataId): TypedArray | undefined {
    const value = this.recorder.valueAt(id);
    return value === undefined ? undefined : readConstant(value, this.previous);
  }

  private refusal(id: DataId): InputError {
    return new InputError({
      where: `traceToOnnx at ${callSite(new Error('read'))}`,
      expected: 'a function whose course does not depend on the values of its tensors',
      got: `a read of a traced tensor${this.described(id)} (data, dataSync, array, print ...)`,
      remedy: 'compute with tf operations, such as tf.where, instead of JavaScript conditions',
    });
  }

  private described(id: DataId): string {
    const value = this.recorder.valueAt(id);
    return value === undefined ? '' : ` ${value.dtype} [${value.example.join(', ')}]`;
  }

  /** A refused read never ends: whoever awaits it would go on after the trace. The trace itself fails with `refusedRead`. */
  override read(id: DataId): Promise<BackendValues> {
    const data = this.constantAt(id);
    if (data !== undefined) return Promise.resolve(data);
    this.refusedRead ??= this.refusal(id);
    return new Promise(() => undefined);
  }

  // Records are kept until the trace ends, whatever tf.tidy disposes; hence no reference counts.
  override disposeData(): boolean {
    return true;
  }

  override refCount(): number {
    return 1;
  }

  override incRef(): void {}

  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return FLOAT32_BITS;
  }

  override epsilon(): number {
    return FLOAT32_EPSILON;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}
