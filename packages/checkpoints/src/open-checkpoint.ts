/**
 * Any weight file, in Node or in a browser, in memory that does not grow with it: names, shapes and formats are read first,
 * numbers when they are asked for. Nothing in the file is executed.
 */
import { DATA_TYPE_BYTES, elementCount } from './data-type.ts';
import type { DataType } from './data-type.ts';
import type { CheckpointFormat } from './detect-format.ts';
import type { ExternalBytes, LazyTensor, Scalar } from './lazy-tensor.ts';
import type { RawTensor } from './raw-tensor.ts';
import { openSource, readFrom } from './reading/byte-source.ts';
import type { ByteInput, ByteSource } from './reading/byte-source.ts';
import { SourceRegion } from './reading/region.ts';
import { readRegion } from './read-region.ts';
import type { CheckpointOptions } from './read-region.ts';

const CHUNK_BYTES = 2 ** 20;

/** A tensor that stays in its file until it is read. */
export interface StoredTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /**
   * Its numbers, row-major.
   *
   * @throws InputError when the file is cut off or damaged there.
   */
  read(): Promise<RawTensor>;
  /**
   * Its numbers in order, in pieces of whole elements. Tensors that lie in the file as they are never are in memory as a
   * whole; others (strided, compressed, big-endian) are read first.
   *
   * @param maximumBytes of a piece; default 1 MiB
   */
  chunks(maximumBytes?: number): AsyncGenerator<Uint8Array, void, undefined>;
}

/** A weight file. */
export interface Checkpoint {
  readonly format: CheckpointFormat;
  readonly byteLength: number;
  /** By dotted name, in the order of the file: `g_ema.conv1.weight`. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Plain values by dotted name: iterations, options, metadata. */
  readonly scalars: ReadonlyMap<string, Scalar>;
  /** What is neither, by name, and why it was left out. */
  readonly skipped: ReadonlyMap<string, string>;
}

async function* pieces(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; position < bytes.byteLength; position += step) yield bytes.subarray(position, position + step);
}

/** The bytes of a tensor that lies in another file. */
async function readExternal({ location, offset, length }: ExternalBytes, { openExternal }: CheckpointOptions): Promise<Uint8Array | undefined> {
  if (openExternal === undefined) return undefined;
  const source = await openSource(await openExternal(location));
  return readFrom(source, new SourceRegion(0, source.size).read(offset, length));
}

function storedIn(source: ByteSource, tensor: LazyTensor, options: CheckpointOptions): StoredTensor {
  const { dtype, shape, external } = tensor;
  async function read(): Promise<RawTensor> {
    const elsewhere = external === undefined ? undefined : await readExternal(external, options);
    return { dtype, shape, data: elsewhere ?? (await readFrom(source, tensor.load())) };
  }
  async function* chunks(maximumBytes: number = CHUNK_BYTES): AsyncGenerator<Uint8Array, void, undefined> {
    const width = DATA_TYPE_BYTES[dtype];
    const step = Math.max(width, maximumBytes - (maximumBytes % width));
    if (tensor.open === undefined) return yield* pieces((await read()).data, step);
    const region = await readFrom(source, tensor.open());
    for (let position = 0; position < region.size; position += step) {
      yield await readFrom(source, region.read(position, Math.min(step, region.size - position)));
    }
  }
  return { dtype, shape, byteLength: elementCount(shape) * DATA_TYPE_BYTES[dtype], read, chunks };
}

/**
 * Opens a weight file: safetensors, PyTorch (zip, legacy, TorchScript), pickles such as NVIDIA's, NumPy, ONNX, Keras.
 *
 * @param input bytes, a Blob or File, Node's file handle (the caller closes it), or any `ByteSource`
 * @throws InputError on damage, on pickles that name anything outside the allow-list, on claims beyond the limits, and on files of
 *   no known format, with what they are instead.
 */
export async function openCheckpoint(input: ByteInput, options: CheckpointOptions = {}): Promise<Checkpoint> {
  const source = await openSource(input);
  const { format, content } = await readFrom(source, readRegion(new SourceRegion(0, source.size), options));
  // Names that share a tensor share what stands for it.
  const distinct = new Map([...new Set(content.tensors.values())].map((tensor) => [tensor, storedIn(source, tensor, options)]));
  const tensors = new Map([...content.tensors].map(([name, tensor]) => [name, distinct.get(tensor) as StoredTensor]));
  return { format, byteLength: source.size, tensors, scalars: content.scalars, skipped: content.skipped };
}

/** Every tensor of a checkpoint, or those that a filter lets through, in memory. */
export async function readTensors(checkpoint: Checkpoint, wanted: (name: string) => boolean = () => true): Promise<ReadonlyMap<string, RawTensor>> {
  const loaded = new Map<string, RawTensor>();
  const known = new Map<StoredTensor, RawTensor>();
  for (const [name, tensor] of checkpoint.tensors) {
    if (!wanted(name)) continue;
    const content = known.get(tensor) ?? (await tensor.read());
    known.set(tensor, content);
    loaded.set(name, content);
  }
  return loaded;
}
