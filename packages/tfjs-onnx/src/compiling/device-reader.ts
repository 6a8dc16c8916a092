/**
 * Brings tensors from a device into memory by a graph that does nothing but that: onnxruntime-node 1.30 ends the process when
 * such a tensor is asked for its data, and onnxruntime-web would move it away from the device.
 */
import { InternalError } from '@mfim/tensor-contracts';
import type { OnnxModel } from '../onnx/model.ts';
import { writeModel } from '../onnx/write-model.ts';
import { createSession } from './create-session.ts';
import type { RuntimeOptions, RuntimeSession, RuntimeTensor } from './onnx-runtime.ts';

/** From shape-less x on the device to y in memory. */
const COPY: OnnxModel = {
  name: 'read',
  nodes: [{ name: 'copy', operator: 'Identity', inputs: ['x'], outputs: ['y'], attributes: {} }],
  initializers: [],
  inputs: [{ name: 'x', type: 'float32' }],
  outputs: [{ name: 'y', type: 'float32' }],
  metadata: {},
};

/** Reads float32 tensors of one provider. */
export class DeviceReader {
  private readonly options: RuntimeOptions;
  private session: Promise<RuntimeSession> | undefined;

  constructor(options: RuntimeOptions) {
    this.options = options;
  }

  /** The values of a tensor, wherever it is; of one in memory not a copy. */
  async read(tensor: RuntimeTensor): Promise<Float32Array> {
    const values = tensor.location === 'cpu' ? tensor.data : await this.download(tensor);
    if (values instanceof Float32Array) return values;
    throw new InternalError({ where: 'session state', expected: 'float32 values', got: typeof values, remedy: 'report the version of ONNX Runtime' });
  }

  private async download(tensor: RuntimeTensor): Promise<unknown> {
    this.session ??= createSession(writeModel(COPY), { options: this.options, strict: true });
    const { y } = await (await this.session).run({ x: tensor }, ['y']);
    return y?.data;
  }

  /** Frees the graph. */
  async release(): Promise<void> {
    await (await this.session)?.release();
    this.session = undefined;
  }
}
