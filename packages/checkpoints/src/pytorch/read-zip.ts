/** PyTorch's file format since 1.6: a zip archive with `<folder>/data.pkl` and `<folder>/data/<key>`. */
import { damaged } from '../damaged.ts';
import { ByteReader } from './byte-reader.ts';
import type { PickleValue } from './pickle-value.ts';
import { StorageRegistry } from './storage-id.ts';
import { unpickle } from './unpickle.ts';
import { zipEntries } from './zip-entries.ts';

const WHERE = 'readPyTorch';
const PICKLE = 'data.pkl';

/** The object in a zip file, its storages filled with views into the archive. */
export function readZip(bytes: Uint8Array, maximumBytes: number): PickleValue {
  const entries = zipEntries(bytes, maximumBytes);
  const pickleName = [...entries.keys()].find((name) => name === PICKLE || name.endsWith(`/${PICKLE}`));
  if (pickleName === undefined) {
    damaged(WHERE, {
      expected: 'an archive made by torch.save, with data.pkl',
      got: `${entries.size} other files`,
      remedy: 'pass a .pt or .pth file',
    });
  }
  const folder = pickleName.slice(0, -PICKLE.length);
  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder !== undefined && new TextDecoder().decode(byteOrder) !== 'little') {
    damaged(WHERE, { expected: 'a little-endian file', got: 'another', remedy: 'save it on a little-endian machine' });
  }
  const storages = new StorageRegistry();
  const value = unpickle(new ByteReader(WHERE, entries.get(pickleName) as Uint8Array), storages.load);
  for (const storage of storages.all()) {
    const content = entries.get(`${folder}data/${storage.key}`);
    if (content?.byteLength !== storage.byteLength) {
      const got = content === undefined ? 'none' : `${content.byteLength}`;
      damaged(WHERE, { expected: `${storage.byteLength} bytes for storage ${storage.key}`, got });
    }
    storage.bytes = content;
  }
  return value;
}
