/** Storages and views on them: PyTorch's separation of bytes and shape. */
import { damaged } from '../damaged.ts';
import type { DataType } from '../data-type.ts';
import { DATA_TYPE_BYTES } from '../data-type.ts';
import type { Reading, Region } from '../reading/region.ts';

/** PyTorch's dtypes by name. Quantised and complex ones are not read. */
export const TORCH_TYPES: ReadonlyMap<string, DataType> = new Map([
  ['torch.float64', 'F64'], ['torch.double', 'F64'],
  ['torch.float32', 'F32'], ['torch.float', 'F32'],
  ['torch.float16', 'F16'], ['torch.half', 'F16'],
  ['torch.bfloat16', 'BF16'],
  ['torch.float8_e5m2', 'F8_E5M2'], ['torch.float8_e4m3fn', 'F8_E4M3'],
  ['torch.int64', 'I64'], ['torch.long', 'I64'],
  ['torch.int32', 'I32'], ['torch.int', 'I32'],
  ['torch.int16', 'I16'], ['torch.short', 'I16'],
  ['torch.int8', 'I8'],
  ['torch.uint64', 'U64'], ['torch.uint32', 'U32'], ['torch.uint16', 'U16'], ['torch.uint8', 'U8'],
  ['torch.bool', 'BOOL'],
]);

const CLASSES: Readonly<Record<string, DataType>> = {
  Double: 'F64', Float: 'F32', Half: 'F16', BFloat16: 'BF16', Long: 'I64', Int: 'I32', Short: 'I16', Char: 'I8', Byte: 'U8', Bool: 'BOOL',
};

/** The storage classes that are read. An untyped one holds bytes, and its tensors say their dtype. */
export const STORAGE_TYPES: ReadonlyMap<string, DataType> = new Map([
  ...Object.entries(CLASSES).flatMap(([name, dtype]): [string, DataType][] => [[`torch.${name}Storage`, dtype], [`torch.cuda.${name}Storage`, dtype]]),
  ['torch.storage.UntypedStorage', 'U8'],
  ['torch.UntypedStorage', 'U8'],
]);

/** A run of numbers; where its bytes lie may become known only after the pickle was read. */
export class Storage {
  readonly dtype: DataType;
  readonly key: string;
  readonly count: number;
  /** How the bytes are obtained. */
  open: (() => Reading<Region>) | undefined;

  constructor(typeName: string, key: string, count: number) {
    const dtype = STORAGE_TYPES.get(typeName);
    if (dtype === undefined) damaged('readPyTorch', { expected: [...STORAGE_TYPES.keys()].join(', '), got: typeName });
    this.dtype = dtype;
    this.key = key;
    this.count = count;
  }

  get byteLength(): number {
    return this.count * DATA_TYPE_BYTES[this.dtype];
  }
}

/** A tensor as the pickle states it: a strided window on a storage, counted in elements of its dtype. */
export class StorageView {
  readonly storage: Storage;
  readonly dtype: DataType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, window: Pick<StorageView, 'offset' | 'shape' | 'strides'>, dtype: DataType = storage.dtype) {
    this.storage = storage;
    this.dtype = dtype;
    this.offset = window.offset;
    this.shape = window.shape;
    this.strides = window.strides;
  }
}
