/**
 * Writes the two formats of `torch.save` for tests: an independent encoder of pickle protocol 2, so
 * that the reader is not tested against itself.
 */
import { zipSync } from 'fflate';

/** A float32 tensor to be pickled as a window on a storage. */
export class TorchTensor {
  readonly storage: Float32Array;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;

  constructor(storage: Float32Array, shape: readonly number[], window: { strides?: readonly number[]; offset?: number } = {}) {
    this.storage = storage;
    this.shape = shape;
    this.strides = window.strides ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    this.offset = window.offset ?? 0;
  }
}

/** A call of a Python global without parameters. */
export class PythonCall {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}

export type TorchValue = null | boolean | number | string | readonly TorchValue[] | ReadonlyMap<string, TorchValue> | TorchTensor | PythonCall;

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const int = (value: number): number[] => [0x4a, ...u32(value)];
const text = (value: string): number[] => [0x58, ...u32(bytesOf(value).length), ...bytesOf(value)];
const tuple = (items: readonly number[][]): number[] => [0x28, ...items.flat(), 0x74];
const global = (module: string, name: string): number[] => [0x63, ...bytesOf(`${module}\n${name}\n`)];

class Pickler {
  readonly storages: Float32Array[] = [];

  #tensor({ storage, shape, strides, offset }: TorchTensor): number[] {
    if (!this.storages.includes(storage)) this.storages.push(storage);
    const key = String(this.storages.indexOf(storage));
    const id = tuple([text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), int(storage.length)]);
    const hooks = [...global('collections', 'OrderedDict'), 0x29, 0x52];
    const parameters = [[...id, 0x51], int(offset), tuple(shape.map(int)), tuple(strides.map(int)), [0x89], hooks];
    return [...global('torch._utils', '_rebuild_tensor_v2'), ...tuple(parameters), 0x52];
  }

  value(value: TorchValue): number[] {
    if (value === null) return [0x4e];
    if (typeof value === 'boolean') return [value ? 0x88 : 0x89];
    if (typeof value === 'number') return int(value);
    if (typeof value === 'string') return text(value);
    if (value instanceof TorchTensor) return this.#tensor(value);
    if (value instanceof PythonCall) return [...global(value.module, value.name), 0x29, 0x52];
    if (value instanceof Map) {
      return [0x7d, 0x28, ...[...value].flatMap(([key, item]) => [...text(key), ...this.value(item)]), 0x75];
    }
    return [0x5d, 0x28, ...(value as readonly TorchValue[]).flatMap((item) => this.value(item)), 0x65];
  }
}

const pickle = (body: readonly number[]): number[] => [0x80, 2, ...body, 0x2e];
const storageBytes = (storage: Float32Array): Uint8Array => new Uint8Array(storage.slice().buffer);

/** The zip format (PyTorch 1.6 and later). */
export function torchZip(value: TorchValue, level: 0 | 6 = 0): Uint8Array {
  const pickler = new Pickler();
  const files: Record<string, Uint8Array> = {
    'archive/data.pkl': Uint8Array.from(pickle(pickler.value(value))),
    'archive/byteorder': Uint8Array.from(bytesOf('little')),
  };
  pickler.storages.forEach((storage, key) => (files[`archive/data/${key}`] = storageBytes(storage)));
  return zipSync(files, { level });
}

/** The format before 1.6. */
export function torchLegacy(value: TorchValue): Uint8Array {
  const pickler = new Pickler();
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const body = pickle(pickler.value(value));
  const machine = pickler.value(new Map<string, TorchValue>([['little_endian', true]]));
  const keys = pickler.value(pickler.storages.map((_, key) => String(key)));
  const storages = pickler.storages.flatMap((storage) => [...u32(storage.length), ...u32(0), ...storageBytes(storage)]);
  return Uint8Array.from([...pickle(magic), ...pickle(int(1001)), ...pickle(machine), ...body, ...pickle(keys), ...storages]);
}
