/** One reader for each format, chosen by content. */
import { damaged } from './damaged.ts';
import { KERAS_WEIGHTS, detectRegion } from './detect-format.ts';
import type { CheckpointFormat, ForeignFormat } from './detect-format.ts';
import { readHdf5 } from './hdf5/read-hdf5.ts';
import type { LazyCheckpoint } from './lazy-tensor.ts';
import { readNpy, readNpz } from './numpy/read-npy.ts';
import { readOnnx } from './onnx/read-onnx.ts';
import { flattenPickle } from './pickle/flatten-pickle.ts';
import { pickleBudget } from './pickle/opcode-stream.ts';
import { readPickle } from './pickle/read-pickle.ts';
import { readLegacy } from './pytorch/read-legacy.ts';
import { readTorchZip, torchFolder } from './pytorch/read-zip.ts';
import { readSafetensorsHeader } from './read-safetensors.ts';
import type { ByteInput } from './reading/byte-source.ts';
import type { Reading, Region } from './reading/region.ts';
import { openZip } from './zip/zip-archive.ts';

/** Limits of a reading, and the way to other files. */
export interface CheckpointOptions {
  /** Most bytes that the contents of a zip archive may have together; default 16 GiB. */
  readonly maximumBytes?: number;
  /**
   * Opens a file beside an ONNX model, where it keeps tensors outside. The location is relative and has no `..`; whether links are
   * followed is the caller's to decide.
   */
  readonly openExternal?: (location: string) => Promise<ByteInput>;
}

/** What was read, and as what. */
export interface DetectedCheckpoint {
  readonly format: CheckpointFormat;
  readonly content: LazyCheckpoint;
}

const DEFAULT_MAXIMUM_BYTES = 2 ** 34;

const REMEDIES: Readonly<Record<ForeignFormat, string>> = {
  empty: 'download it again: it has no bytes',
  text: 'pass the weight file itself; this is text, often an error message of a download',
  'git-lfs-pointer': 'run git lfs pull, or download the file itself: this is only its pointer',
  html: 'download the file itself: this is a web page, often a confirmation that a site asks for',
  gzip: 'unpack it with gunzip first',
  tar: 'unpack it with tar first, and pass the weight file inside',
  zip: 'unpack it, and pass the weight file inside',
  unknown: 'pass a safetensors, PyTorch, pickle, NumPy, ONNX or HDF5 file',
};

function* readZip(region: Region, options: CheckpointOptions): Reading<LazyCheckpoint> {
  const archive = yield* openZip(region, options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  const folder = torchFolder(archive);
  if (archive.has(KERAS_WEIGHTS)) return yield* readHdf5(yield* archive.open(KERAS_WEIGHTS));
  return folder === undefined ? yield* readNpz(archive) : yield* readTorchZip(archive, folder, pickleBudget());
}

function* readSafetensors(region: Region): Reading<LazyCheckpoint> {
  const { tensors, metadata } = yield* readSafetensorsHeader(region);
  return { tensors, scalars: metadata, skipped: new Map() };
}

function* readLegacyFile(region: Region): Reading<LazyCheckpoint> {
  return flattenPickle(yield* readLegacy(region, { budget: pickleBudget(), depth: 0 }), region.size);
}

const READERS: Readonly<Record<CheckpointFormat, (region: Region, options: CheckpointOptions) => Reading<LazyCheckpoint>>> = {
  safetensors: readSafetensors,
  pytorch: readZip,
  torchscript: readZip,
  npz: readZip,
  'pytorch-legacy': readLegacyFile,
  pickle: (region) => readPickle(region, pickleBudget()),
  npy: readNpy,
  onnx: readOnnx,
  hdf5: readHdf5,
  keras: readZip,
};

/**
 * Reads what a region holds, without its numbers.
 *
 * @throws InputError on damage, on what is not on the allow-list, and on files of no known format.
 */
export function* readRegion(region: Region, options: CheckpointOptions): Reading<DetectedCheckpoint> {
  const format = yield* detectRegion(region);
  if (!Object.hasOwn(READERS, format)) {
    damaged('openCheckpoint', { expected: 'a weight file', got: `${region.size} bytes of ${format}`, remedy: REMEDIES[format as ForeignFormat] });
  }
  return { format: format as CheckpointFormat, content: yield* READERS[format as CheckpointFormat](region, options) };
}
