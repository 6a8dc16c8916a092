/** The persistent ids of PyTorch's pickles: `('storage', class, key, location, count[, view])`. */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES } from '../data-type.ts';
import { GlobalName } from '../pickle/pickle-value.ts';
import type { PickleValue } from '../pickle/pickle-value.ts';
import type { Reading, Region } from '../reading/region.ts';
import { Storage } from './storage.ts';

const WHERE = 'readPyTorch';

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function refuse(): never {
  return damaged(WHERE, { expected: 'the id of a storage', got: 'something else', remedy: 'load the file in a current PyTorch and save it again' });
}

/** One `Storage` per key, created when a pickle first mentions it. */
export class StorageRegistry {
  readonly #storages = new Map<string, Storage>();

  /**
   * The storage of a persistent id. One with a view, `(key, offset, count)`, is a part of the storage of its first key.
   *
   * @throws InputError when the id has another form, or two ids of one key disagree.
   */
  readonly load = (id: PickleValue): Storage => {
    const [kind, type, key, , count, view] = Array.isArray(id) ? id : [];
    const known = kind === 'storage' && type instanceof GlobalName && (typeof key === 'string' || typeof key === 'number');
    if (!known || !isCount(count)) refuse();
    const fresh = new Storage(type.name, String(key), count);
    const storage = this.#storages.get(fresh.key) ?? fresh;
    if (storage.dtype !== fresh.dtype || storage.count !== fresh.count) {
      damaged(WHERE, { expected: `one size and type for storage ${fresh.key}`, got: 'two' });
    }
    this.#storages.set(fresh.key, storage);
    return (view ?? null) === null ? storage : viewOf(storage, type.name, view as PickleValue);
  };

  get(key: string): Storage | undefined {
    return this.#storages.get(key);
  }

  all(): Iterable<Storage> {
    return this.#storages.values();
  }
}

/** A part of a storage, as files before PyTorch 0.4 share them. */
function viewOf(root: Storage, typeName: string, view: PickleValue): Storage {
  const [key, offset, count] = Array.isArray(view) ? view : [];
  if (!isCount(offset) || !isCount(count) || offset + count > root.count) refuse();
  const part = new Storage(typeName, `${root.key}/${String(key)}`, count);
  const width = DATA_TYPE_BYTES[root.dtype];
  part.open = function* open(): Reading<Region> {
    if (root.open === undefined) return damaged(WHERE, { expected: `the storage ${root.key}`, got: 'none' });
    return (yield* root.open()).part(offset * width, count * width);
  };
  return part;
}
