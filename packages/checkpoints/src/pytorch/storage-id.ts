/** The persistent ids of PyTorch's pickles: `('storage', class, key, location, count[, view])`. */
import { damaged } from '../damaged.ts';
import { GlobalName } from './pickle-value.ts';
import type { PickleValue } from './pickle-value.ts';
import { Storage } from './storage.ts';

/** One `Storage` per key, created when a pickle first mentions it. */
export class StorageRegistry {
  readonly #storages = new Map<string, Storage>();

  /**
   * The storage of a persistent id.
   *
   * @throws InputError when the id has another form, or two ids of one key disagree.
   */
  readonly load = (id: PickleValue): Storage => {
    const [kind, type, key, , count, view] = Array.isArray(id) ? id : [];
    const known = kind === 'storage' && type instanceof GlobalName && (typeof key === 'string' || typeof key === 'number');
    if (!known || !Number.isSafeInteger(count) || (count as number) < 0 || (view ?? null) !== null) {
      damaged('readPyTorch', {
        expected: 'the id of a whole storage',
        got: 'something else',
        remedy: 'load the file in a current PyTorch and save it again',
      });
    }
    const fresh = new Storage(type.name, String(key), count as number);
    const storage = this.#storages.get(fresh.key) ?? fresh;
    if (storage.dtype !== fresh.dtype || storage.count !== fresh.count) {
      damaged('readPyTorch', { expected: `one size and type for storage ${fresh.key}`, got: 'two' });
    }
    this.#storages.set(fresh.key, storage);
    return storage;
  };

  get(key: string): Storage | undefined {
    return this.#storages.get(key);
  }

  all(): Iterable<Storage> {
    return this.#storages.values();
  }
}
