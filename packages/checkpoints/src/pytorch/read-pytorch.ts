/**
 * Reads what `torch.save` wrote, zip (since 1.6) or legacy, without executing anything: a restricted
 * unpickler with an allow-list of names.
 */
import { damaged } from '../damaged.ts';
import type { LazyCheckpoint, Scalar } from '../lazy-tensor.ts';
import { flattenPickle } from '../pickle/flatten-pickle.ts';
import { pickleBudget } from '../pickle/opcode-stream.ts';
import type { RawTensor } from '../raw-tensor.ts';
import { SourceRegion, readNow } from '../reading/region.ts';
import type { Reading, Region } from '../reading/region.ts';
import { openZip } from '../zip/zip-archive.ts';
import { readLegacy } from './read-legacy.ts';
import { readTorchZip, torchFolder } from './read-zip.ts';

const WHERE = 'readPyTorch';
const ZIP_START = [0x50, 0x4b];
const PICKLE_START = [0x80];
/** 4 GiB. */
const DEFAULT_MAXIMUM_BYTES = 2 ** 32;

/** Limits of a reading. */
export interface PyTorchOptions {
  /** Most bytes that the contents of a zip archive may have together; default 4 GiB. */
  readonly maximumBytes?: number;
}

/** The flat content of a checkpoint, in the order of the file. */
export interface FlatCheckpoint {
  readonly tensors: ReadonlyMap<string, RawTensor>;
  readonly scalars: ReadonlyMap<string, Scalar>;
}

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

function* readArchive(region: Region, maximumBytes: number): Reading<LazyCheckpoint> {
  const archive = yield* openZip(region, maximumBytes);
  const folder = torchFolder(archive);
  if (folder === undefined) {
    damaged(WHERE, {
      expected: 'an archive made by torch.save, with data.pkl',
      got: `${archive.entries.size} other files`,
      remedy: 'pass a .pt or .pth file',
    });
  }
  return yield* readTorchZip(archive, folder, pickleBudget());
}

function* readLegacyFile(region: Region): Reading<LazyCheckpoint> {
  return flattenPickle(yield* readLegacy(region, { budget: pickleBudget(), depth: 0 }), region.size);
}

function* loadAll(reading: Reading<LazyCheckpoint>): Reading<FlatCheckpoint> {
  const { tensors, scalars } = yield* reading;
  const loaded = new Map<string, RawTensor>();
  const shared = new Map<unknown, RawTensor>();
  for (const [name, tensor] of tensors) {
    const known = shared.get(tensor) ?? { dtype: tensor.dtype, shape: tensor.shape, data: yield* tensor.load() };
    shared.set(tensor, known);
    loaded.set(name, known);
  }
  return { tensors: loaded, scalars };
}

/**
 * The tensors and plain values of a .pt or .pth file by dotted name. Tensors are row-major; those
 * that lie so in the file are views into `bytes`. For large files, and all other formats, see `openCheckpoint`.
 *
 * @throws InputError on files that name any Python object outside the allow-list, are cut off or
 *   damaged, or claim more than the limits.
 */
export function readPyTorch(bytes: Uint8Array, options: PyTorchOptions = {}): FlatCheckpoint {
  const maximumBytes = options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES;
  const region = new SourceRegion(0, bytes.byteLength);
  if (startsWith(bytes, ZIP_START)) return readNow(bytes, loadAll(readArchive(region, maximumBytes)));
  if (startsWith(bytes, PICKLE_START)) return readNow(bytes, loadAll(readLegacyFile(region)));
  return damaged(WHERE, {
    expected: 'a zip archive or a pickle made by torch.save',
    got: `${bytes.byteLength} bytes of something else`,
    remedy: 'pass a .pt or .pth file (a small text file here is often a pointer or an error page)',
  });
}
