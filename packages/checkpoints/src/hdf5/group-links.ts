/** The members of a group: by symbol table (specification III.A.1, B, C, D), or by link messages (IV.A.2.g), which large groups keep elsewhere. */
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading } from '../reading/region.ts';
import { readDenseLinks } from './dense-links.ts';
import { WHERE, readerAt, readerUpTo, refuse, visit } from './file-layout.ts';
import type { Hdf5File } from './file-layout.ts';
import { MESSAGE } from './object-header.ts';
import type { Message } from './object-header.ts';

const TREE = 0x4545_5254;
const SYMBOLS = 0x444f_4e53;
const HEAP = 0x5041_4548;
const NODE_PREFIX = 8;
const MAXIMUM_LEVEL = 16;
const MAXIMUM_NAME = 1024;
const SYMBOL_SCRATCH = 24;

/** A named object. */
export interface Link {
  readonly name: string;
  readonly address: number;
}

interface Heap {
  readonly address: number;
  readonly size: number;
}

function* readHeap(file: Hdf5File, address: number): Reading<Heap> {
  const reader = yield* readerAt(file, address, NODE_PREFIX + file.lengthBytes * 2 + file.offsetBytes);
  if (reader.u32() !== HEAP) refuse('a local heap', 'other bytes');
  reader.take(4);
  const size = reader.unsigned(file.lengthBytes);
  reader.take(file.lengthBytes);
  return { address: reader.unsigned(file.offsetBytes), size };
}

function* readName(file: Hdf5File, heap: Heap, offset: number): Reading<string> {
  if (!(offset < heap.size)) refuse('names inside their heap', `${offset}`);
  const reader = yield* readerUpTo(file, heap.address + offset, Math.min(MAXIMUM_NAME, heap.size - offset));
  const end = reader.bytes.indexOf(0);
  return end < 0 ? refuse(`names of at most ${MAXIMUM_NAME} bytes`, 'a longer one') : reader.text(end);
}

function* readSymbols(file: Hdf5File, address: number, heap: Heap): Reading<readonly Link[]> {
  const prefix = yield* readerAt(file, address, NODE_PREFIX);
  if (prefix.u32() !== SYMBOLS) refuse('a symbol table node', 'other bytes');
  prefix.u16();
  const count = prefix.u16();
  const reader = yield* readerAt(file, address + NODE_PREFIX, count * (file.offsetBytes * 2 + SYMBOL_SCRATCH));
  const links: Link[] = [];
  for (let index = 0; index < count; index += 1) {
    visit(file);
    const name = yield* readName(file, heap, reader.unsigned(file.offsetBytes));
    links.push({ name, address: reader.unsigned(file.offsetBytes) });
    reader.take(SYMBOL_SCRATCH);
  }
  return links;
}

/** A node of a B-tree (III.A.1): the addresses of its children, and its keys. */
export interface TreeNode {
  readonly level: number;
  readonly children: readonly { readonly key: Uint8Array; readonly address: number }[];
}

/** Reads a node; `kind` is 0 for groups and 1 for chunks, whose keys have other sizes. */
export function* readTreeNode(file: Hdf5File, address: number, { kind, keyBytes }: { readonly kind: number; readonly keyBytes: number }): Reading<TreeNode> {
  visit(file);
  const prefixBytes = NODE_PREFIX + file.offsetBytes * 2;
  const prefix = yield* readerAt(file, address, prefixBytes);
  if (prefix.u32() !== TREE || prefix.u8() !== kind) refuse('a node of a B-tree', 'other bytes');
  const level = prefix.u8();
  const count = prefix.u16();
  if (level > MAXIMUM_LEVEL) refuse(`a B-tree of at most ${MAXIMUM_LEVEL} levels`, `${level}`);
  const reader = yield* readerAt(file, address + prefixBytes, count * (keyBytes + file.offsetBytes));
  const children = Array.from({ length: count }, () => ({ key: reader.take(keyBytes), address: reader.unsigned(file.offsetBytes) }));
  return { level, children };
}

function* readTree(file: Hdf5File, address: number, heap: Heap): Reading<readonly Link[]> {
  const links: Link[] = [];
  let nodes = [address];
  for (let depth = 0; nodes.length > 0; depth += 1) {
    if (depth > MAXIMUM_LEVEL) refuse(`a B-tree of at most ${MAXIMUM_LEVEL} levels`, 'more');
    const below: number[] = [];
    for (const node of nodes) {
      const { level, children } = yield* readTreeNode(file, node, { kind: 0, keyBytes: file.lengthBytes });
      for (const child of children) {
        if (level > 0) below.push(child.address);
        else links.push(...(yield* readSymbols(file, child.address, heap)));
      }
    }
    nodes = below;
  }
  return links;
}

function readLink(file: Hdf5File, data: Uint8Array): Link | undefined {
  const reader = new ByteReader(WHERE, data);
  reader.u8();
  const flags = reader.u8();
  const type = (flags & 8) === 0 ? 0 : reader.u8();
  if ((flags & 4) !== 0) reader.take(8);
  if ((flags & 16) !== 0) reader.u8();
  const name = reader.text(reader.unsigned(2 ** (flags & 3)));
  // Soft and external links name other places; they are not followed.
  return type === 0 ? { name, address: reader.unsigned(file.offsetBytes) } : undefined;
}

/** Link messages outside the header; none when the group is small. */
function* readLinkInfo(file: Hdf5File, data: Uint8Array): Reading<readonly Uint8Array[]> {
  const reader = new ByteReader(WHERE, data);
  reader.u8();
  if ((reader.u8() & 1) !== 0) reader.take(8);
  const [heap, index] = [reader.unsigned(file.offsetBytes), reader.unsigned(file.offsetBytes)];
  return Number.isNaN(heap) ? [] : yield* readDenseLinks(file, heap, index);
}

/** The members of the group that these messages describe; undefined when they describe none. */
export function* readLinks(file: Hdf5File, messages: readonly Message[]): Reading<readonly Link[] | undefined> {
  const table = messages.find(({ kind }) => kind === MESSAGE.symbolTable);
  if (table !== undefined) {
    const reader = new ByteReader(WHERE, table.data);
    const tree = reader.unsigned(file.offsetBytes);
    return yield* readTree(file, tree, yield* readHeap(file, reader.unsigned(file.offsetBytes)));
  }
  const info = messages.find(({ kind }) => kind === MESSAGE.linkInfo);
  if (info === undefined) return undefined;
  const own = messages.filter(({ kind }) => kind === MESSAGE.link).map(({ data }) => data);
  const all = [...own, ...(yield* readLinkInfo(file, info.data))];
  return all.map((data) => readLink(file, data)).filter((link) => link !== undefined);
}
