import { zipSync } from 'fflate';
import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { readPyTorch } from '../src/index.ts';
import { SourceRegion, readNow } from '../src/reading/region.ts';
import type { Reading } from '../src/reading/region.ts';
import { openZip } from '../src/zip/zip-archive.ts';

/** Every content of an archive. */
function zipEntries(file: Uint8Array, maximumBytes: number): ReadonlyMap<string, Uint8Array> {
  function* readAll(): Reading<Map<string, Uint8Array>> {
    const archive = yield* openZip(new SourceRegion(0, file.byteLength), maximumBytes);
    const contents = new Map<string, Uint8Array>();
    for (const name of archive.entries.keys()) {
      const region = yield* archive.open(name);
      contents.set(name, yield* region.read(0, region.size));
    }
    return contents;
  }
  return readNow(file, readAll());
}

const NO_LIMIT = 2 ** 32;
const content = new Uint8Array(1000).fill(7);

/** Overwrites a little-endian number in every record with this signature. */
function patched(file: Uint8Array, signature: number, [offset, value]: readonly [number, number]): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0; at + 4 <= copy.length; at += 1) {
    if (view.getUint32(at, true) === signature) view.setUint32(at + offset, value, true);
  }
  return copy;
}

const CENTRAL = 0x0201_4b50;

describe('zip archives', () => {
  test.each([0, 6] as const)('reads entries written at level %d', (level) => {
    const file = zipSync({ 'a/one': content, 'a/two': new Uint8Array() }, { level });
    const entries = zipEntries(file, NO_LIMIT);
    expect([...entries.keys()]).toEqual(['a/one', 'a/two']);
    expect(entries.get('a/one')).toEqual(content);
  });

  test('stored entries are views, not copies', () => {
    const file = zipSync({ one: content }, { level: 0 });
    expect(zipEntries(file, NO_LIMIT).get('one')?.buffer).toBe(file.buffer);
  });

  test.each(['../one', '/one', 'a/../../one', 'a\\one', 'a/__proto__/one'])('refuses the name %s', (name) => {
    expect(() => zipEntries(zipSync({ [name]: content }), NO_LIMIT)).toThrow('plain file names');
  });

  test('refuses more bytes than the limit, before inflating any', () => {
    const file = zipSync({ one: new Uint8Array(1_000_000) }, { level: 9 });
    expect(() => zipEntries(file, 999_999)).toThrow('raise maximumBytes');
    expect(() => readPyTorch(file, { maximumBytes: 10 })).toThrow('at most 10 bytes');
  });

  test.each([0, 500, 999, 1001, 5000, 0xffff_fffe])('refuses a declared size of %d for 1000 bytes', (size) => {
    const file = patched(zipSync({ one: content }, { level: 9 }), CENTRAL, [24, size]);
    expect(() => zipEntries(file, NO_LIMIT)).toThrow(InputError);
  });

  test.each([
    ['packed size', 20],
    ['start', 42],
  ])('refuses a %s beyond the file', (_, offset) => {
    const file = zipSync({ one: content }, { level: 0 });
    expect(() => zipEntries(patched(file, CENTRAL, [offset, 0x7fff_ffff]), NO_LIMIT)).toThrow(InputError);
    expect(() => zipEntries(patched(file, CENTRAL, [offset, 0xffff_ffff]), NO_LIMIT)).toThrow(InputError);
  });

  test('refuses a directory that counts more entries than there are', () => {
    const file = patched(zipSync({ one: content }), 0x0605_4b50, [8, 0xffff_ffff]);
    expect(() => zipEntries(file, NO_LIMIT)).toThrow(InputError);
  });
});
