/** Storages and the tensors that look into them: PyTorch's separation of bytes and shape. */
import { damaged } from '../damaged.ts';
import type { DataType } from '../data-type.ts';
import { DATA_TYPE_BYTES } from '../data-type.ts';

/** The storage classes that are read. A `bool` is one byte. */
const STORAGE_TYPES: ReadonlyMap<string, DataType> = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'U8'],
]);

/** Names of all storage classes that a pickle may mention. */
export const STORAGE_NAMES: readonly string[] = [...STORAGE_TYPES.keys()];

/** A run of numbers; the bytes may become known only after the pickle was read. */
export class Storage {
  readonly dtype: DataType;
  readonly key: string;
  readonly count: number;
  bytes: Uint8Array | undefined;

  constructor(typeName: string, key: string, count: number) {
    const dtype = STORAGE_TYPES.get(typeName);
    if (dtype === undefined) damaged('readPyTorch', { expected: STORAGE_NAMES.join(', '), got: typeName });
    this.dtype = dtype;
    this.key = key;
    this.count = count;
  }

  get byteLength(): number {
    return this.count * DATA_TYPE_BYTES[this.dtype];
  }
}

/** A tensor as the pickle states it: a strided window on a storage, counted in elements. */
export class StorageView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, window: Pick<StorageView, 'offset' | 'shape' | 'strides'>) {
    this.storage = storage;
    this.offset = window.offset;
    this.shape = window.shape;
    this.strides = window.strides;
  }
}
