/**
 * PyTorch's file format since 1.6: a zip archive with `<folder>/data.pkl` and `<folder>/data/<key>`. TorchScript's is the same
 * with source code, which is not looked at, and `constants.pkl` with `constants/<key>`, whose tensors are named `constants.0` and so on.
 */
import { damaged } from '../damaged.ts';
import { flattenPickle } from '../pickle/flatten-pickle.ts';
import type { PickleBudget } from '../pickle/opcode-stream.ts';
import type { PickleValue } from '../pickle/pickle-value.ts';
import { strictRules } from '../pickle/strict-rules.ts';
import { unpickle } from '../pickle/unpickle.ts';
import type { LazyCheckpoint } from '../lazy-tensor.ts';
import type { Reading } from '../reading/region.ts';
import type { ZipArchive } from '../zip/zip-archive.ts';
import { readLegacy } from './read-legacy.ts';
import { StorageRegistry } from './storage-id.ts';

const WHERE = 'readPyTorch';
const PICKLE = 'data.pkl';
const MAXIMUM_BYTE_ORDER = 16;

/** The folder of an archive that PyTorch wrote, with its slash; undefined for any other archive. */
export function torchFolder(archive: ZipArchive): string | undefined {
  const name = [...archive.entries.keys()].find((entry) => entry === PICKLE || entry.endsWith(`/${PICKLE}`));
  return name?.slice(0, -PICKLE.length);
}

/** Whether an archive is TorchScript's, with code. */
export function isTorchScript(archive: ZipArchive, folder: string): boolean {
  return archive.has(`${folder}constants.pkl`) && [...archive.entries.keys()].some((name) => name.startsWith(`${folder}code/`));
}

function* checkByteOrder(archive: ZipArchive, folder: string): Reading<void> {
  const name = `${folder}byteorder`;
  if (!archive.has(name)) return;
  const region = yield* archive.open(name);
  const text = new TextDecoder().decode(yield* region.read(0, Math.min(region.size, MAXIMUM_BYTE_ORDER)));
  if (text !== 'little') damaged(WHERE, { expected: 'a little-endian file', got: 'another', remedy: 'save it on a little-endian machine' });
}

interface PickleFile {
  readonly pickle: string;
  /** Where its storages lie, with a slash. */
  readonly data: string;
}

function* readPickleEntry(archive: ZipArchive, { pickle, data }: PickleFile, budget: PickleBudget): Reading<PickleValue> {
  const storages = new StorageRegistry();
  const rules = strictRules({ persistent: storages.load, embedded: (file) => readLegacy(file, { budget, depth: 1 }) });
  const { value } = yield* unpickle(yield* archive.open(pickle), 0, { rules, budget });
  for (const storage of storages.all()) {
    const name = `${data}${storage.key}`;
    const size = archive.entries.get(name)?.size;
    if (size !== storage.byteLength) {
      damaged(WHERE, { expected: `${storage.byteLength} bytes for storage ${storage.key}`, got: size === undefined ? 'none' : `${size}` });
    }
    storage.open = () => archive.open(name);
  }
  return value;
}

/**
 * The tensors of an archive that PyTorch wrote.
 *
 * @throws InputError on damage and on what is not on the allow-list.
 */
export function* readTorchZip(archive: ZipArchive, folder: string, budget: PickleBudget): Reading<LazyCheckpoint> {
  yield* checkByteOrder(archive, folder);
  const value = yield* readPickleEntry(archive, { pickle: `${folder}${PICKLE}`, data: `${folder}data/` }, budget);
  const bytes = archive.contentBytes;
  if (!isTorchScript(archive, folder)) return flattenPickle(value, bytes);
  const constants = yield* readPickleEntry(archive, { pickle: `${folder}constants.pkl`, data: `${folder}constants/` }, budget);
  const named = new Map<PickleValue, PickleValue>([['constants', constants]]);
  const [own, others] = [flattenPickle(value, bytes), flattenPickle(named, bytes)];
  return {
    tensors: new Map([...own.tensors, ...others.tensors]),
    scalars: new Map([...own.scalars, ...others.scalars]),
    skipped: new Map([...own.skipped, ...others.skipped]),
  };
}
