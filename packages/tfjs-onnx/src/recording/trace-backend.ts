/**
 * The tfjs backend `onnx-trace`: it stores no tensors and computes nothing; its kernels record.
 */
import type { BackendValues, DataId, DataType, TypedArray } from '@tensorflow/tfjs-core';
import { KernelBackend } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { callSite } from './call-site.ts';
import { Recorder } from './recorder.ts';

/** Name under which the backend is registered while a function is traced. */
export const TRACE_BACKEND = 'onnx-trace';

const FLOAT32_BITS = 32;
const FLOAT32_EPSILON = 1e-7;

/** A backend for one tracing run. */
export class TraceBackend extends KernelBackend {
  readonly recorder = new Recorder();

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const data = Array.isArray(values) ? Float32Array.from(values as unknown as number[]) : values;
    return this.recorder.addData(data as TypedArray, { shape, dtype });
  }

  override readSync(id: DataId): BackendValues {
    const data = this.recorder.dataOf(id);
    if (data !== undefined) return data;
    throw new InputError({
      where: `traceToOnnx at ${callSite(new Error('read'))}`,
      expected: 'a function whose course does not depend on the values of its tensors',
      got: 'a read of a traced tensor (data, dataSync, array, print ...)',
      remedy: 'compute with tf operations, such as tf.where, instead of JavaScript conditions',
    });
  }

  override async read(id: DataId): Promise<BackendValues> {
    return this.readSync(id);
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
