/**
 * PyTorch's file format before 1.6: five pickles (magic number, protocol, machine, the object, the storage
 * keys), then for each key its count (int64) and its bytes. NVIDIA's pickles hold every storage as such a file.
 */
import { damaged } from '../damaged.ts';
import type { PickleBudget } from '../pickle/opcode-stream.ts';
import type { PickleValue } from '../pickle/pickle-value.ts';
import { strictRules } from '../pickle/strict-rules.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { ReadingWindow } from '../reading/reading-window.ts';
import type { Reading, Region } from '../reading/region.ts';
import type { Storage } from './storage.ts';
import { StorageRegistry } from './storage-id.ts';

const WHERE = 'readPyTorch';
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const COUNT_BYTES = 8;
/** The magic number's pickle, as every such file starts with it. */
export const LEGACY_START: readonly number[] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** A pickle in a pickle in a pickle: NVIDIA's files have two levels. */
const MAXIMUM_NESTING = 4;

/** What a file and the files inside it may use together. */
export interface LegacyLimits {
  readonly budget: PickleBudget;
  /** Files around this one. */
  readonly depth: number;
}

function noPersistentIds(): never {
  return damaged(WHERE, { expected: 'no storage in the header', got: 'one' });
}

/** Reads the pickles of a region one after the other. */
class PickleSequence {
  readonly #region: Region;
  readonly #limits: LegacyLimits;
  position = 0;

  constructor(region: Region, limits: LegacyLimits) {
    this.#region = region;
    this.#limits = limits;
  }

  *next(persistent: (id: PickleValue) => PickleValue = noPersistentIds): Reading<PickleValue> {
    const { budget } = this.#limits;
    const rules = strictRules({ persistent, embedded: (file) => readLegacy(file, deeper(this.#limits)) });
    const { value, end } = yield* unpickle(this.#region, this.position, { rules, budget });
    this.position = end;
    return value;
  }
}

/** One level further down. */
export function deeper({ budget, depth }: LegacyLimits): LegacyLimits {
  if (depth >= MAXIMUM_NESTING) damaged(WHERE, { expected: `files in files to at most ${MAXIMUM_NESTING} levels`, got: 'more' });
  return { budget, depth: depth + 1 };
}

function* readHeader(pickles: PickleSequence): Reading<void> {
  if ((yield* pickles.next()) !== MAGIC || (yield* pickles.next()) !== PROTOCOL) {
    damaged(WHERE, {
      expected: 'a file made by torch.save',
      got: 'another pickle',
      remedy: 'pass a .pt or .pth file, or convert this one to safetensors',
    });
  }
  const machine = yield* pickles.next();
  if (!(machine instanceof Map) || machine.get('little_endian') !== true) {
    damaged(WHERE, { expected: 'a little-endian file', got: 'another', remedy: 'save it on a little-endian machine' });
  }
}

function* placeStorage(window: ReadingWindow, key: PickleValue, storage: Storage | undefined): Reading<void> {
  yield* window.fill(COUNT_BYTES);
  const count = window.reader.u64();
  if (storage === undefined || count !== BigInt(storage.count)) {
    damaged(WHERE, { expected: `${storage?.count ?? 'no'} numbers for storage ${String(key)}`, got: `${count}` });
  }
  const part = window.pass(storage.byteLength);
  // oxlint-disable-next-line eslint/require-yield -- the place is known
  storage.open = function* open(): Reading<Region> {
    return part;
  };
}

/**
 * The object in a legacy file, its storages' places known.
 *
 * @throws InputError on damage and on what is not on the allow-list.
 */
export function* readLegacy(region: Region, limits: LegacyLimits): Reading<PickleValue> {
  const pickles = new PickleSequence(region, limits);
  yield* readHeader(pickles);
  const storages = new StorageRegistry();
  const value = yield* pickles.next(storages.load);
  const keys = yield* pickles.next();
  if (!Array.isArray(keys)) damaged(WHERE, { expected: 'a list of storage keys', got: 'something else' });
  const window = new ReadingWindow(WHERE, region, pickles.position);
  for (const key of keys) yield* placeStorage(window, key, storages.get(String(key)));
  return value;
}
