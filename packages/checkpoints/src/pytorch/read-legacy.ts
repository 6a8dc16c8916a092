/**
 * PyTorch's file format before 1.6: five pickles (magic number, protocol, machine, the object, the storage
 * keys), then for each key its count (int64) and its bytes.
 */
import { damaged } from '../damaged.ts';
import { ByteReader } from './byte-reader.ts';
import type { PickleValue } from './pickle-value.ts';
import { StorageRegistry } from './storage-id.ts';
import { unpickle } from './unpickle.ts';

const WHERE = 'readPyTorch';
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

function noPersistentIds(): never {
  return damaged(WHERE, { expected: 'no storage in the header', got: 'one' });
}

function readHeader(reader: ByteReader): void {
  if (unpickle(reader, noPersistentIds) !== MAGIC || unpickle(reader, noPersistentIds) !== PROTOCOL) {
    damaged(WHERE, {
      expected: 'a file made by torch.save',
      got: 'another pickle',
      remedy: 'pass a .pt or .pth file, or convert this one to safetensors',
    });
  }
  const machine = unpickle(reader, noPersistentIds);
  if (!(machine instanceof Map) || machine.get('little_endian') !== true) {
    damaged(WHERE, { expected: 'a little-endian file', got: 'another', remedy: 'save it on a little-endian machine' });
  }
}

/** The object in a legacy file, its storages filled with views into the file. */
export function readLegacy(bytes: Uint8Array): PickleValue {
  const reader = new ByteReader(WHERE, bytes);
  readHeader(reader);
  const storages = new StorageRegistry();
  const value = unpickle(reader, storages.load);
  const keys = unpickle(reader, noPersistentIds);
  if (!Array.isArray(keys)) damaged(WHERE, { expected: 'a list of storage keys', got: 'something else' });
  for (const key of keys) {
    const storage = storages.get(String(key));
    const count = reader.u64();
    if (storage === undefined || count !== BigInt(storage.count)) {
      damaged(WHERE, { expected: `${storage?.count ?? 'no'} numbers for storage ${String(key)}`, got: `${count}` });
    }
    storage.bytes = reader.take(storage.byteLength);
  }
  return value;
}
