/** Data in chunks (specification III.A.1, chunk B-trees): each is read, its filters undone, and put in its place. */
import { unzlibSync } from 'fflate';
import { elementCount } from '../data-type.ts';
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading } from '../reading/region.ts';
import type { Filter } from './dataset-form.ts';
import { WHERE, refuse } from './file-layout.ts';
import type { Hdf5File } from './file-layout.ts';
import { readTreeNode } from './group-links.ts';

const CHECKSUM_BYTES = 4;
const OFFSET_BYTES = 8;
const KEY_PREFIX = 8;
const MAXIMUM_LEVEL = 16;

/** A chunked dataset. */
export interface ChunkedData {
  readonly tree: number;
  readonly chunk: readonly number[];
  readonly shape: readonly number[];
  readonly width: number;
  readonly filters: readonly Filter[];
}

interface Chunk {
  readonly size: number;
  readonly skipped: number;
  readonly offsets: readonly number[];
  readonly address: number;
}

function readKey(key: Uint8Array, address: number): Chunk {
  const reader = new ByteReader(WHERE, key);
  const size = reader.u32();
  const skipped = reader.u32();
  const axes = (key.byteLength - KEY_PREFIX) / OFFSET_BYTES - 1;
  return { size, skipped, address, offsets: Array.from({ length: axes }, () => reader.unsigned(OFFSET_BYTES)) };
}

function* findChunks(file: Hdf5File, { tree, chunk }: ChunkedData): Reading<readonly Chunk[]> {
  const keyBytes = KEY_PREFIX + OFFSET_BYTES * (chunk.length + 1);
  const chunks: Chunk[] = [];
  let nodes = Number.isNaN(tree) ? [] : [tree];
  for (let depth = 0; nodes.length > 0; depth += 1) {
    if (depth > MAXIMUM_LEVEL) refuse(`a B-tree of at most ${MAXIMUM_LEVEL} levels`, 'more');
    const below: number[] = [];
    for (const node of nodes) {
      const { level, children } = yield* readTreeNode(file, node, { kind: 1, keyBytes });
      for (const { key, address } of children) {
        if (level > 0) below.push(address);
        else chunks.push(readKey(key, address));
      }
    }
    nodes = below;
  }
  return chunks;
}

function unshuffled(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.byteLength / width);
  const result = bytes.slice();
  for (let byte = 0; byte < width; byte += 1) {
    for (let index = 0; index < count; index += 1) result[index * width + byte] = bytes[byte * count + index] as number;
  }
  return result;
}

function inflated(bytes: Uint8Array, size: number): Uint8Array {
  try {
    return unzlibSync(bytes, { out: new Uint8Array(size + 1) });
  } catch (cause) {
    return refuse('a chunk to inflate', (cause as Error).message);
  }
}

/** Undoes the filters, the last one first. */
function unfiltered(bytes: Uint8Array, skipped: number, { filters, chunk, width }: ChunkedData): Uint8Array {
  const size = elementCount(chunk) * width;
  let current = bytes;
  for (const [index, filter] of [...filters.entries()].toReversed()) {
    if ((skipped & (1 << index)) !== 0) continue;
    if (filter === 'checksum') current = current.subarray(0, Math.max(0, current.byteLength - CHECKSUM_BYTES));
    else current = filter === 'deflate' ? inflated(current, size + CHECKSUM_BYTES) : unshuffled(current, width);
  }
  return current.byteLength === size ? current : refuse(`chunks of ${size} bytes`, `${current.byteLength}`);
}

/** Copies the rows of a chunk that lie inside the dataset. */
function place(target: Uint8Array, content: Uint8Array, { shape, chunk, width, offsets }: ChunkedData & Pick<Chunk, 'offsets'>): void {
  const last = shape.length - 1;
  const run = Math.min(chunk[last] as number, (shape[last] as number) - (offsets[last] as number)) * width;
  const rows = elementCount(chunk.slice(0, last));
  for (let row = 0; row < rows; row += 1) {
    let rest = row;
    let position = 0;
    let stride = shape[last] as number;
    let isInside = true;
    for (let axis = last - 1; axis >= 0; axis -= 1) {
      const size = chunk[axis] as number;
      const index = (offsets[axis] as number) + (rest % size);
      rest = Math.floor(rest / size);
      isInside &&= index < (shape[axis] as number);
      position += index * stride;
      stride *= shape[axis] as number;
    }
    const start = row * (chunk[last] as number) * width;
    if (isInside) target.set(content.subarray(start, start + run), (position + (offsets[last] as number)) * width);
  }
}

/** All numbers of a chunked dataset, row-major; chunks that were never written are zero. */
export function* readChunks(file: Hdf5File, data: ChunkedData): Reading<Uint8Array> {
  const { shape, chunk, width } = data;
  const target = new Uint8Array(elementCount(shape) * width);
  const taken = new Set<string>();
  for (const found of yield* findChunks(file, data)) {
    const isSound = found.offsets.every((offset, axis) => offset % (chunk[axis] as number) === 0 && offset < (shape[axis] as number));
    if (!isSound || taken.has(found.offsets.join())) refuse('every chunk once, inside its dataset', `one at [${found.offsets.join(', ')}]`);
    taken.add(found.offsets.join());
    const content = unfiltered(yield* file.region.read(found.address, found.size), found.skipped, data);
    place(target, content, { ...data, offsets: found.offsets });
  }
  return target;
}
