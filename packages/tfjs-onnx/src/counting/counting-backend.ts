/**
 * The tfjs backend `count-memory`: it knows of every buffer only its size, and computes nothing. What shares a buffer on real backends
 * (a clone, a reshape, a cast to the same type) shares one here.
 */
import type { BackendTimingInfo, BackendValues, DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { KernelBackend, engine, util } from '@tensorflow/tfjs-core';
import type { TensorType } from '../recording/recorded-graph.ts';

/** Name under which the backend is registered while memory is counted. */
export const COUNTING_BACKEND = 'count-memory';

const FLOAT32_BITS = 32;
const FLOAT32_EPSILON = 1e-7;

interface Buffer extends TensorType {
  readonly bytes: number;
  references: number;
}

function bytesOf({ shape, dtype }: TensorType): number {
  return util.sizeFromShape([...shape]) * util.bytesPerElement(dtype as 'float32');
}

/** A backend for one run. */
export class CountingBackend extends KernelBackend {
  private readonly buffers = new Map<DataId, Buffer>();
  private readonly outside = new Map<DataId, number>();
  private bytes = 0;
  private highest = 0;
  private readonly highestIn: Map<string, number>;

  /** @param phases names of `tf.tidy` scopes whose peaks are wanted */
  constructor(phases: readonly string[]) {
    super();
    this.highestIn = new Map(phases.map((name) => [name, 0]));
  }

  /** A new buffer. */
  allocate(type: TensorType, bytes = bytesOf(type)): DataId {
    const id: DataId = {};
    this.buffers.set(id, { ...type, bytes, references: 1 });
    this.bytes += bytes;
    this.highest = Math.max(this.highest, this.bytes);
    for (const { name } of engine().state.scopeStack) {
      const before = this.highestIn.get(name);
      if (before !== undefined) this.highestIn.set(name, Math.max(before, this.bytes));
    }
    return id;
  }

  /** Another tensor on the same buffer. One from outside is not ours to count references of: it gets an empty stand-in. */
  share(tensor: TensorInfo): DataId {
    const own = this.buffers.get(tensor.dataId);
    if (own === undefined) return this.allocate(tensor, 0);
    own.references += 1;
    return tensor.dataId;
  }

  /** Notes that a kernel reads a tensor. */
  touch(tensor: TensorInfo): void {
    if (!this.buffers.has(tensor.dataId)) this.outside.set(tensor.dataId, bytesOf(tensor));
  }

  /** Bytes of the tensors of other backends that were read. */
  get outsideBytes(): number {
    return [...this.outside.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The most bytes in own buffers at one time, on the whole and by phase. */
  get peaks(): { readonly whole: number; readonly phases: ReadonlyMap<string, number> } {
    return { whole: this.highest, phases: this.highestIn };
  }

  override write(_: BackendValues, shape: number[], dtype: DataType): DataId {
    return this.allocate({ shape, dtype });
  }

  override readSync(id: DataId): BackendValues {
    const { shape, dtype } = this.buffers.get(id) as Buffer;
    return util.makeZerosTypedArray(util.sizeFromShape([...shape]), dtype as 'float32');
  }

  override async read(id: DataId): Promise<BackendValues> {
    return this.readSync(id);
  }

  override disposeData(id: DataId): boolean {
    const buffer = this.buffers.get(id);
    if (buffer === undefined) return true;
    buffer.references -= 1;
    if (buffer.references > 0) return false;
    this.bytes -= buffer.bytes;
    this.buffers.delete(id);
    return true;
  }

  override refCount(id: DataId): number {
    return this.buffers.get(id)?.references ?? 0;
  }

  override incRef(id: DataId): void {
    const buffer = this.buffers.get(id);
    if (buffer !== undefined) buffer.references += 1;
  }

  override numDataIds(): number {
    return this.buffers.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return FLOAT32_BITS;
  }

  override epsilon(): number {
    return FLOAT32_EPSILON;
  }

  // tfjs's profiler reads every output of a backend without a timer.
  override timerAvailable(): boolean {
    return true;
  }

  override async time(run: () => void): Promise<BackendTimingInfo> {
    run();
    return { kernelMs: 0, getExtraProfileInfo: () => '' } as unknown as BackendTimingInfo;
  }

  override dispose(): void {}
}
