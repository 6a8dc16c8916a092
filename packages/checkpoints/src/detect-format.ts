/** Which kind of file this is, by its content; names are not looked at. */
import { LEGACY_START } from './pytorch/read-legacy.ts';
import { isTorchScript, torchFolder } from './pytorch/read-zip.ts';
import { openSource, readFrom } from './reading/byte-source.ts';
import type { ByteInput } from './reading/byte-source.ts';
import { SourceRegion } from './reading/region.ts';
import type { Reading, Region } from './reading/region.ts';
import { openZip } from './zip/zip-archive.ts';

/** What `openCheckpoint` reads. `pytorch` is the zip since 1.6; `pickle` any other pickle, such as NVIDIA's; `keras` the zip of Keras 3. */
export type CheckpointFormat = 'safetensors' | 'pytorch' | 'torchscript' | 'pytorch-legacy' | 'pickle' | 'npz' | 'npy' | 'onnx' | 'hdf5' | 'keras';

/** What else turns up where a weight file was expected. */
export type ForeignFormat = 'empty' | 'text' | 'git-lfs-pointer' | 'html' | 'gzip' | 'tar' | 'zip' | 'unknown';

/** The file of weights in a Keras 3 archive. */
export const KERAS_WEIGHTS = 'model.weights.h5';

const HEAD_BYTES = 512;
const TAR_AT = 257;
const NEWEST_PROTOCOL = 5;
const BRACE = 0x7b;
/** ir_version is field 1 of an ONNX model; the newest is below this. */
const NEWEST_ONNX = 32;
/** Tags of an ONNX model's other fields that may follow. */
const ONNX_TAGS: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2]);
/** Opcodes that a pickle of protocol 0 or 1 starts with: MARK, GLOBAL and empty containers. */
const OLD_PICKLE_START = '(c]}';
const STOP = 0x2e;
const MAXIMUM_ZIP_BYTES = Number.MAX_SAFE_INTEGER;

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function isSafetensors(head: Uint8Array, size: number): boolean {
  if (head.byteLength < 9) return false;
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return head[8] === BRACE && length <= BigInt(size);
}

function isOnnx(head: Uint8Array): boolean {
  return head[0] === 0x08 && (head[1] as number) > 0 && (head[1] as number) < NEWEST_ONNX && ONNX_TAGS.has(head[2] as number);
}

function detectText(text: string): ForeignFormat {
  if (text.startsWith('version https://git-lfs')) return 'git-lfs-pointer';
  return /^\s*<(?:!doctype|html)/i.test(text) ? 'html' : 'text';
}

function* detectZip(region: Region): Reading<CheckpointFormat | ForeignFormat> {
  const archive = yield* openZip(region, MAXIMUM_ZIP_BYTES);
  if (archive.has(KERAS_WEIGHTS)) return 'keras';
  const folder = torchFolder(archive);
  if (folder !== undefined) return isTorchScript(archive, folder) ? 'torchscript' : 'pytorch';
  const names = [...archive.entries.keys()];
  return names.length > 0 && names.every((name) => name.endsWith('.npy')) ? 'npz' : 'zip';
}

/** The format of a region. */
export function* detectRegion(region: Region): Reading<CheckpointFormat | ForeignFormat> {
  if (region.size === 0) return 'empty';
  const head = yield* region.read(0, Math.min(region.size, HEAD_BYTES));
  const text = textOf(head);
  if (text.startsWith('PK\u0003\u0004') || text.startsWith('PK\u0005\u0006')) return yield* detectZip(region);
  if (text.startsWith('\u0093NUMPY')) return 'npy';
  if (text.startsWith('\u0089HDF\r\n\u001a\n')) return 'hdf5';
  if (LEGACY_START.every((byte, index) => head[index] === byte)) return 'pytorch-legacy';
  // Before pickles: a header of 128 or 640 bytes begins as they do.
  if (isSafetensors(head, region.size)) return 'safetensors';
  if (head[0] === 0x80 && (head[1] ?? NEWEST_PROTOCOL + 1) <= NEWEST_PROTOCOL) return 'pickle';
  if (text.startsWith('\u001f\u008b')) return 'gzip';
  if (text.slice(TAR_AT).startsWith('ustar')) return 'tar';
  const last = yield* region.read(region.size - 1, 1);
  if (last[0] === STOP && OLD_PICKLE_START.includes(text[0] as string)) return 'pickle';
  if (isOnnx(head)) return 'onnx';
  return isText(head) ? detectText(text) : 'unknown';
}

/**
 * The kind of a file.
 *
 * @throws InputError when it is a zip archive that is damaged.
 */
export async function detectFormat(input: ByteInput): Promise<CheckpointFormat | ForeignFormat> {
  const source = await openSource(input);
  return readFrom(source, detectRegion(new SourceRegion(0, source.size)));
}
