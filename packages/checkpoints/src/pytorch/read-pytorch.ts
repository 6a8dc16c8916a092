/**
 * Reads what `torch.save` wrote, zip (since 1.6) or legacy, without executing anything: a restricted
 * unpickler with an allow-list of names.
 */
import { damaged } from '../damaged.ts';
import { flattenCheckpoint } from './flatten-checkpoint.ts';
import type { FlatCheckpoint } from './flatten-checkpoint.ts';
import { readLegacy } from './read-legacy.ts';
import { readZip } from './read-zip.ts';

const ZIP_START = [0x50, 0x4b];
const PICKLE_START = [0x80];
/** 4 GiB. */
const DEFAULT_MAXIMUM_BYTES = 2 ** 32;

/** Limits of a reading. */
export interface PyTorchOptions {
  /** Most bytes that the contents of a zip archive may have together; default 4 GiB. */
  readonly maximumBytes?: number;
}

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

/**
 * The tensors and plain values of a .pt or .pth file by dotted name. Tensors are row-major; those
 * that lie so in the file are views into `bytes`.
 *
 * @throws InputError on files that name any Python object outside the allow-list, are cut off or
 *   damaged, or claim more than the limits.
 */
export function readPyTorch(bytes: Uint8Array, options: PyTorchOptions = {}): FlatCheckpoint {
  const maximumBytes = options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES;
  if (startsWith(bytes, ZIP_START)) return flattenCheckpoint(readZip(bytes, maximumBytes), bytes.byteLength);
  if (startsWith(bytes, PICKLE_START)) return flattenCheckpoint(readLegacy(bytes), bytes.byteLength);
  return damaged('readPyTorch', {
    expected: 'a zip archive or a pickle made by torch.save',
    got: `${bytes.byteLength} bytes of something else`,
    remedy: 'pass a .pt or .pth file (a small text file here is often a pointer or an error page)',
  });
}
