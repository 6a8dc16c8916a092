/**
 * From the object in a pickle to flat maps by dotted name: `{'g_ema': {'conv1.bias': t}}` gives `g_ema.conv1.bias`. Modules
 * give the names of their state dictionary, whether PyTorch, NVIDIA's persistence or TorchScript stored them. Pickles may
 * share or contain themselves, so visits, depth and names are limited.
 */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES, elementCount } from '../data-type.ts';
import { checkTensorCount } from '../lazy-tensor.ts';
import type { LazyCheckpoint, LazyTensor, Scalar } from '../lazy-tensor.ts';
import { numpyTensor, regionOf } from '../numpy/numpy-tensor.ts';
import { NumpyArray, NumpyType } from '../numpy/numpy-value.ts';
import { storageTensor } from '../pytorch/storage-tensor.ts';
import type { CopyBudget } from '../pytorch/storage-tensor.ts';
import { Storage, StorageView } from '../pytorch/storage.ts';
import { checkTensorName } from '../tensor-name.ts';
import { BytesSpan, GlobalName, PythonRecord } from './pickle-value.ts';
import type { PickleValue } from './pickle-value.ts';

const WHERE = 'readPickle';
const MAXIMUM_DEPTH = 64;
const MAXIMUM_LEVELS = 32;
const MAXIMUM_VISITS = 500_000;
const MAXIMUM_NAME = 500;
/** Strided tensors may be copied to this many times the size of the file, and a mebibyte. */
const COPY_FACTOR = 4;
const COPY_ALLOWANCE = 2 ** 20;
/** All tensors together may be this many times the file, and a mebibyte: many may lie on one storage. */
const TOTAL_FACTOR = 16;

/** Attributes of a module whose entries are named without them. */
const HOISTED: ReadonlySet<PickleValue> = new Set(['_parameters', '_buffers', '_modules']);
/** Attributes of NVIDIA's modules that say how they were made; other private ones are PyTorch's own. */
const KEPT: ReadonlySet<PickleValue> = new Set(['_init_args', '_init_kwargs']);

/** Where a value lies. */
interface Place {
  readonly path: readonly string[];
  /** Steps from the root; more than names in the path, since modules hide some. */
  readonly depth: number;
}

class Walk {
  readonly tensors = new Map<string, LazyTensor>();
  readonly scalars = new Map<string, Scalar>();
  readonly skipped = new Map<string, string>();
  readonly #known = new Map<StorageView | NumpyArray, LazyTensor>();
  readonly #budget: CopyBudget;
  #visits = 0;
  #left: number;

  constructor(fileBytes: number) {
    this.#budget = { bytes: fileBytes * COPY_FACTOR + COPY_ALLOWANCE };
    this.#left = fileBytes * TOTAL_FACTOR + COPY_ALLOWANCE;
  }

  visit(value: PickleValue, place: Place): void {
    this.#visits += 1;
    if (place.path.length > MAXIMUM_LEVELS || place.depth > MAXIMUM_DEPTH || this.#visits > MAXIMUM_VISITS) {
      damaged(WHERE, { expected: `at most ${MAXIMUM_LEVELS} levels and ${MAXIMUM_VISITS} values`, got: 'more' });
    }
    if (value instanceof PythonRecord) this.#record(value, place);
    else if (value instanceof Map) this.#dictionary(value, place);
    else if (Array.isArray(value)) value.forEach((item, index) => this.visit(item, inside(place, String(index))));
    else this.#leaf(value, place.path.join('.'), place);
  }

  #leaf(value: PickleValue, name: string, place: Place): void {
    if (isScalar(value)) this.scalars.set(name, value);
    else if (value instanceof StorageView) this.#tensor(name, value, () => storageTensor(name, value, this.#budget));
    else if (value instanceof NumpyArray) this.#array(value, name, place);
    else if (value instanceof GlobalName) this.scalars.set(name, value.name);
    else if (value instanceof NumpyType) this.scalars.set(name, value.kind);
    else if (value instanceof Storage) this.#storage(name, value);
    else this.skipped.set(name, value instanceof Uint8Array || value instanceof BytesSpan ? 'bytes' : 'an object');
  }

  #tensor(name: string, value: StorageView | NumpyArray, make: () => LazyTensor): void {
    const known = this.#known.get(value);
    const tensor = known ?? make();
    if (known === undefined) this.#left -= elementCount(tensor.shape) * DATA_TYPE_BYTES[tensor.dtype];
    if (this.#left < 0) damaged(WHERE, { expected: 'tensors that together are not far larger than the file', got: `${name} above that` });
    this.#known.set(value, tensor);
    this.tensors.set(name, tensor);
    checkTensorCount(WHERE, this.tensors.size);
  }

  #storage(name: string, storage: Storage): void {
    const view = new StorageView(storage, { offset: 0, shape: [storage.count], strides: [1] });
    this.#tensor(name, view, () => storageTensor(name, view, this.#budget));
  }

  #array(array: NumpyArray, name: string, place: Place): void {
    const { type, data, shape, columnMajor } = array;
    if (type === undefined || data === undefined) damaged(WHERE, { expected: `the content of the array ${name}`, got: 'none' });
    if (Array.isArray(data)) this.visit(data as PickleValue[], { ...place, depth: place.depth + 1 });
    else if (type.dataType === undefined) this.skipped.set(name, `an array of ${type.kind}`);
    else this.#tensor(name, array, () => numpyTensor(name, { type, shape, columnMajor, region: regionOf(data as Uint8Array | BytesSpan) }));
  }

  #dictionary(dictionary: ReadonlyMap<PickleValue, PickleValue>, place: Place): void {
    for (const [key, item] of dictionary) {
      const text = typeof key === 'string' || typeof key === 'number' ? String(key) : undefined;
      if (text === undefined) this.skipped.set(inside(place, '?').path.join('.'), 'an entry whose key is neither text nor number');
      else {
        checkTensorName(WHERE, text);
        this.visit(item, inside(place, text));
      }
    }
  }

  #record({ attributes }: PythonRecord, place: Place): void {
    const isModule = attributes.has('_parameters') || attributes.has('_modules');
    if (!isModule) return this.#dictionary(attributes, place);
    for (const [key, item] of attributes) {
      if (HOISTED.has(key)) this.#hoisted(item, { ...place, depth: place.depth + 1 });
      else if (KEPT.has(key) || !(typeof key === 'string' && (key.startsWith('_') || key === 'training'))) this.#dictionary(new Map([[key, item]]), place);
    }
  }

  #hoisted(items: PickleValue, place: Place): void {
    if (!(items instanceof Map)) damaged(WHERE, { expected: 'dictionaries in a module', got: 'something else' });
    this.#dictionary(new Map([...items].filter(([, item]) => item !== null)), place);
  }
}

function isScalar(value: PickleValue): value is Scalar {
  return value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value);
}

function inside({ path, depth }: Place, name: string): Place {
  if (name.length > MAXIMUM_NAME) damaged(WHERE, { expected: `names of at most ${MAXIMUM_NAME} characters`, got: `one of ${name.length}` });
  return { path: [...path, name], depth: depth + 1 };
}

/**
 * Flattens what a pickle holds.
 *
 * @param fileBytes size of the file, or of what is in it where it is compressed, from which the budgets are derived
 * @throws InputError on names with `__proto__`, and on values nested or repeated beyond all use.
 */
export function flattenPickle(value: PickleValue, fileBytes: number): LazyCheckpoint {
  const walk = new Walk(fileBytes);
  walk.visit(value, { path: [], depth: 0 });
  return walk;
}
