/**
 * The datasets of an HDF5 file, such as Keras's `.h5`, by dotted path: `model_weights.conv.kernel:0`. Our own reader, for the forms that h5py
 * writes by default: packages for HDF5 load whole files, and trust the addresses in them. Attributes, Keras's configuration among
 * them, are not read.
 */
import { DATA_TYPE_BYTES, safeElementCount } from '../data-type.ts';
import { checkTensorCount, storedTensor } from '../lazy-tensor.ts';
import type { LazyCheckpoint, LazyTensor } from '../lazy-tensor.ts';
import { MemoryRegion } from '../reading/region.ts';
import type { Reading, Region } from '../reading/region.ts';
import { swapBytes } from '../strided/swap-bytes.ts';
import { checkTensorName } from '../tensor-name.ts';
import { readChunks } from './chunked-data.ts';
import { readDataspace, readDatatype, readFilters, readLayout } from './dataset-form.ts';
import type { DataPlace, Filter, NumberFormat } from './dataset-form.ts';
import { WHERE, openHdf5, refuse, unread, visit } from './file-layout.ts';
import type { Hdf5File } from './file-layout.ts';
import { readLinks } from './group-links.ts';
import { MESSAGE, readObjectHeader } from './object-header.ts';
import type { Message } from './object-header.ts';

const MAXIMUM_DEPTH = 32;

// oxlint-disable-next-line eslint/require-yield -- where the bytes lie is known
function* opened(region: Region): Reading<Region> {
  return region;
}

/** Takes bytes that no file backs from the budget. */
function claim(file: Hdf5File, bytes: number): void {
  file.budget.expandedBytes -= bytes;
  if (file.budget.expandedBytes < 0) refuse('chunked data that is not far larger than the file', `${bytes} bytes`);
}

interface Dataset extends NumberFormat {
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly filters: readonly Filter[];
}

function chunkedTensor(file: Hdf5File, { dtype, shape, bytes, filters }: Dataset, place: Extract<DataPlace, { kind: 'chunked' }>): LazyTensor {
  const width = DATA_TYPE_BYTES[dtype];
  const chunkBytes = (safeElementCount(place.chunk) ?? Number.NaN) * width;
  if (place.chunk.length !== shape.length || shape.length === 0 || !(chunkBytes > 0)) refuse(`chunks of ${shape.length} axes`, `[${place.chunk.join(', ')}]`);
  claim(file, bytes + chunkBytes);
  const data = { ...place, shape, width, filters };
  return { dtype, shape, load: () => readChunks(file, data) };
}

function simpleTensor(file: Hdf5File, { dtype, shape, bytes }: Dataset, place: Exclude<DataPlace, { kind: 'chunked' }>): LazyTensor {
  if (place.kind === 'compact') {
    if (place.bytes.byteLength !== bytes) refuse(`${bytes} bytes`, `${place.bytes.byteLength}`);
    return storedTensor(dtype, shape, () => opened(new MemoryRegion(place.bytes.slice())));
  }
  if (Number.isNaN(place.address) || bytes === 0) {
    claim(file, bytes);
    return { dtype, shape, load: () => new MemoryRegion(new Uint8Array(bytes)).read(0, bytes) };
  }
  if (place.size !== bytes) refuse(`${bytes} bytes`, `${place.size}`);
  file.budget.sharedBytes -= bytes;
  if (file.budget.sharedBytes < 0) refuse('tensors that together are not far larger than the file', `${bytes} bytes above that`);
  const region = file.region.part(place.address, bytes);
  return storedTensor(dtype, shape, () => opened(region));
}

function littleEndian(tensor: LazyTensor, { bigEndian, dtype }: NumberFormat): LazyTensor {
  const width = DATA_TYPE_BYTES[dtype];
  if (!bigEndian || width === 1) return tensor;
  function* load(): Reading<Uint8Array> {
    return swapBytes(yield* tensor.load(), width);
  }
  return { dtype, shape: tensor.shape, load };
}

class Walk {
  readonly tensors = new Map<string, LazyTensor>();
  readonly scalars = new Map<string, never>();
  readonly skipped = new Map<string, string>();
  readonly #file: Hdf5File;

  constructor(file: Hdf5File) {
    this.#file = file;
  }

  *object(address: number, path: readonly string[]): Reading<void> {
    visit(this.#file);
    if (path.length > MAXIMUM_DEPTH) refuse(`at most ${MAXIMUM_DEPTH} groups in one another`, 'more');
    const messages = yield* readObjectHeader(this.#file, address);
    const links = yield* readLinks(this.#file, messages);
    if (links === undefined) this.#dataset(messages, path.join('.'));
    for (const link of links ?? []) {
      checkTensorName(WHERE, link.name);
      yield* this.object(link.address, [...path, link.name]);
    }
  }

  #dataset(messages: readonly Message[], name: string): void {
    const dataOf = (kind: number): Uint8Array | undefined => messages.find((message) => message.kind === kind)?.data;
    const [space, type, layout] = [dataOf(MESSAGE.dataspace), dataOf(MESSAGE.datatype), dataOf(MESSAGE.layout)];
    if (space === undefined || type === undefined || layout === undefined) {
      this.skipped.set(name, 'neither a group nor a dataset');
      return;
    }
    checkTensorCount(WHERE, this.tensors.size + 1);
    const format = readDatatype(type);
    const shape = readDataspace(this.#file, space);
    if (typeof format === 'string' || shape === undefined) this.skipped.set(name, typeof format === 'string' ? format : 'no data');
    else this.tensors.set(name, this.#tensor(format, shape, { layout, filters: dataOf(MESSAGE.filters) }));
  }

  #tensor(format: NumberFormat, shape: readonly number[], { layout, filters }: { readonly layout: Uint8Array; readonly filters: Uint8Array | undefined }): LazyTensor {
    const count = safeElementCount(shape);
    if (count === undefined) return refuse('a shape', `[${shape.join(', ')}]`);
    const applied = filters === undefined ? [] : readFilters(filters);
    const dataset = { ...format, shape, bytes: count * DATA_TYPE_BYTES[format.dtype], filters: applied };
    const place = readLayout(this.#file, layout);
    if (place.kind !== 'chunked' && applied.length > 0) unread('filters on data without chunks');
    const tensor = place.kind === 'chunked' ? chunkedTensor(this.#file, dataset, place) : simpleTensor(this.#file, dataset, place);
    return littleEndian(tensor, format);
  }
}

/**
 * The tensors of an HDF5 file. Links to other files and names are not followed.
 *
 * @throws InputError on damage, cycles and claims beyond the limits, and on forms of HDF5 that are not read.
 */
export function* readHdf5(region: Region): Reading<LazyCheckpoint> {
  const file = yield* openHdf5(region);
  const walk = new Walk(file);
  yield* walk.object(file.root, []);
  return walk;
}
