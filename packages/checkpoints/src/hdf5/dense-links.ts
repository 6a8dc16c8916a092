/**
 * Links of large groups, as HDF5 2 writes them: a version 2 B-tree (specification III.A.2) lists where in a fractal heap (III.G) each link
 * message lies.
 */
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading } from '../reading/region.ts';
import { WHERE, readerAt, readerUpTo, refuse, unread, visit } from './file-layout.ts';
import type { Hdf5File } from './file-layout.ts';

const TREE_HEADER = 0x4448_5442;
const TREE_LEAF = 0x464c_5442;
const TREE_INTERNAL = 0x4e49_5442;
const HEAP_HEADER = 0x5048_5246;
const INDIRECT_BLOCK = 0x4249_4846;
/** Index of links by the hash of their names. */
const NAME_INDEX = 5;
const HASH_BYTES = 4;
const NODE_PREFIX = 6;
const MAXIMUM_DEPTH = 8;
const MAXIMUM_NODE = 2 ** 20;
const MAXIMUM_MESSAGE = 2 ** 16;
const HEADER_BYTES = 256;
const BLOCK_PREFIX = 5;

interface Tree {
  readonly nodeBytes: number;
  readonly recordBytes: number;
}

interface TreeSpot {
  readonly address: number;
  readonly records: number;
  readonly depth: number;
}

/** Bytes that a count up to this one takes. */
function bytesFor(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count + 1) / 8));
}

function* readTreeHeader(file: Hdf5File, address: number): Reading<Tree & { readonly root: TreeSpot }> {
  const reader = yield* readerUpTo(file, address, HEADER_BYTES);
  if (reader.u32() !== TREE_HEADER || reader.u8() !== 0 || reader.u8() !== NAME_INDEX) refuse('the index of a group', 'other bytes');
  const nodeBytes = reader.u32();
  const recordBytes = reader.u16();
  const depth = reader.u16();
  reader.u16();
  const root = { address: reader.unsigned(file.offsetBytes), records: reader.u16(), depth };
  if (nodeBytes > MAXIMUM_NODE || depth > MAXIMUM_DEPTH || recordBytes <= HASH_BYTES) refuse('an index of sound sizes', `${depth} levels of ${nodeBytes} bytes`);
  return { nodeBytes, recordBytes, root };
}

/** Most records that a node at each depth may have below it, from which the widths of its counts follow. */
function capacities(file: Hdf5File, { nodeBytes, recordBytes }: Tree, depth: number): readonly { readonly records: number; readonly total: number }[] {
  const leaf = Math.floor((nodeBytes - NODE_PREFIX - 4) / recordBytes);
  const levels = [{ records: leaf, total: leaf }];
  for (let level = 1; level <= depth; level += 1) {
    const below = levels[level - 1] as { records: number; total: number };
    const pointer = file.offsetBytes + bytesFor(leaf) + (level > 1 ? bytesFor(below.total) : 0);
    const records = Math.floor((nodeBytes - NODE_PREFIX - 4 - pointer) / (recordBytes + pointer));
    levels.push({ records, total: (records + 1) * below.total + records });
  }
  return levels;
}

/** The heap ids in a node and below it. */
function* readNode(file: Hdf5File, tree: Tree, spot: TreeSpot): Reading<readonly Uint8Array[]> {
  visit(file);
  const reader = yield* readerUpTo(file, spot.address, tree.nodeBytes);
  if (reader.u32() !== (spot.depth === 0 ? TREE_LEAF : TREE_INTERNAL)) refuse('a node of a group index', 'other bytes');
  reader.u16();
  const ids = Array.from({ length: spot.records }, () => {
    visit(file);
    return reader.take(tree.recordBytes).subarray(HASH_BYTES);
  });
  if (spot.depth === 0) return ids;
  const levels = capacities(file, tree, spot.depth);
  const children = Array.from({ length: spot.records + 1 }, (): TreeSpot => {
    const child = { address: reader.unsigned(file.offsetBytes), records: reader.unsigned(bytesFor(levels[0]?.records ?? 0)), depth: spot.depth - 1 };
    if (spot.depth > 1) reader.take(bytesFor(levels[spot.depth - 1]?.total ?? 0));
    return child;
  });
  for (const child of children) ids.push(...(yield* readNode(file, tree, child)));
  return ids;
}

interface Heap {
  readonly width: number;
  readonly startBytes: number;
  readonly directBytes: number;
  readonly offsetBytes: number;
  readonly root: number;
  /** Rows of the root's table; 0 when the root is itself a block of data. */
  readonly rows: number;
}

function skipHeapCounts(reader: ByteReader, { offsetBytes, lengthBytes }: Hdf5File): void {
  // Maximum object, huge objects, free space; then space, iterator and counts of managed, huge and tiny objects.
  reader.take(4 + lengthBytes + offsetBytes + lengthBytes + offsetBytes + lengthBytes * 8);
}

function* readHeap(file: Hdf5File, address: number): Reading<Heap> {
  const reader = yield* readerUpTo(file, address, HEADER_BYTES);
  if (reader.u32() !== HEAP_HEADER || reader.u8() !== 0) refuse('a fractal heap', 'other bytes');
  reader.u16();
  if (reader.u16() !== 0) unread('a group with compressed links');
  reader.u8();
  skipHeapCounts(reader, file);
  const width = reader.u16();
  const [startBytes, directBytes] = [reader.unsigned(file.lengthBytes), reader.unsigned(file.lengthBytes)];
  const offsetBytes = Math.ceil(reader.u16() / 8);
  reader.u16();
  const heap = { width, startBytes, directBytes, offsetBytes, root: reader.unsigned(file.offsetBytes), rows: reader.u16() };
  const isSound = width > 0 && startBytes > 0 && directBytes >= startBytes && offsetBytes > 0 && offsetBytes <= 8;
  return isSound ? heap : refuse('a fractal heap of sound sizes', `${width} blocks of ${startBytes} to ${directBytes} bytes`);
}

/** Where in the file an offset of the heap is. */
function* locate(file: Hdf5File, heap: Heap, offset: number): Reading<number> {
  if (heap.rows === 0) return heap.root + offset;
  let start = 0;
  for (let row = 0; row < heap.rows; row += 1) {
    const size = heap.startBytes * 2 ** Math.max(0, row - 1);
    if (size > heap.directBytes) return unread('a group of many thousand links');
    const column = Math.floor((offset - start) / size);
    if (column < heap.width) return yield* blockAddress(file, heap, { index: row * heap.width + column, within: offset - start - column * size });
    start += size * heap.width;
  }
  return refuse('links inside their heap', `one at ${offset}`);
}

function* blockAddress(file: Hdf5File, heap: Heap, { index, within }: { readonly index: number; readonly within: number }): Reading<number> {
  const signature = yield* readerAt(file, heap.root, 4);
  if (signature.u32() !== INDIRECT_BLOCK) refuse('a table of heap blocks', 'other bytes');
  const table = heap.root + BLOCK_PREFIX + file.offsetBytes + heap.offsetBytes;
  const reader = yield* readerAt(file, table + index * file.offsetBytes, file.offsetBytes);
  return reader.unsigned(file.offsetBytes) + within;
}

/** The link messages of a group whose link info names this heap and this index. */
export function* readDenseLinks(file: Hdf5File, heapAddress: number, indexAddress: number): Reading<readonly Uint8Array[]> {
  const heap = yield* readHeap(file, heapAddress);
  const tree = yield* readTreeHeader(file, indexAddress);
  const messages: Uint8Array[] = [];
  for (const id of yield* readNode(file, tree, tree.root)) {
    if (((id[0] as number) & 0x30) !== 0) unread('a link of unusual length');
    const reader = new ByteReader(WHERE, id);
    reader.u8();
    const offset = reader.unsigned(heap.offsetBytes);
    const length = reader.unsigned(id.byteLength - 1 - heap.offsetBytes);
    if (!(length <= MAXIMUM_MESSAGE)) refuse(`links of at most ${MAXIMUM_MESSAGE} bytes`, `${length}`);
    const place = yield* readerAt(file, yield* locate(file, heap, offset), length);
    messages.push(place.take(length));
  }
  return messages;
}
