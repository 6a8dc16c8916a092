import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectFormat, fromFloat32, openCheckpoint, readPyTorch, readTensors, safetensorsHeader, writeSafetensors } from '../src/index.ts';
import type { ByteInput } from '../src/index.ts';
import { TorchTensor, torchLegacy, torchZip } from './torch-file.ts';
import type { TorchValue } from './torch-file.ts';

const storage = Float32Array.from({ length: 12 }, (_, index) => index);
const value = new Map<string, TorchValue>([
  ['g_ema', new Map([['weight', new TorchTensor(storage, [3, 4])], ['transposed', new TorchTensor(storage, [4, 3], { strides: [1, 4] })]])],
  ['iteration', 7],
]);
const tensors = new Map([['a', fromFloat32({ data: storage, shape: [3, 4] })]]);
const files = {
  safetensors: writeSafetensors(tensors, new Map([['licence', 'CC0']])),
  pytorch: torchZip(value),
  'deflated pytorch': torchZip(value, 6),
  'pytorch-legacy': torchLegacy(value),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The same bytes behind each kind of input. */
async function inputsOf(bytes: Uint8Array): Promise<readonly (readonly [string, ByteInput])[]> {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  const read = async (position: number, length: number): Promise<Uint8Array> => bytes.slice(position, position + length);
  return [['bytes', bytes], ['blob', new Blob([bytes.slice()])], ['handle', await open(path)], ['source', { size: bytes.byteLength, read }]];
}

describe.each(Object.entries(files))('%s', (name, bytes) => {
  test('every kind of input gives the same', async () => {
    for (const [kind, input] of await inputsOf(bytes)) {
      const checkpoint = await openCheckpoint(input);
      expect(`${kind} ${checkpoint.format}`).toBe(`${kind} ${name.replace('deflated ', '')}`);
      expect(await detectFormat(input)).toBe(checkpoint.format);
      const expected = name === 'safetensors' ? tensors : readPyTorch(bytes).tensors;
      expect(await readTensors(checkpoint)).toEqual(new Map(expected));
      if ('close' in input) await (input.close as () => Promise<void>).call(input);
    }
  });

  test('pieces of whole elements make the whole', async () => {
    for (const tensor of (await openCheckpoint(bytes)).tensors.values()) {
      const pieces: number[] = [];
      for await (const piece of tensor.chunks(15)) {
        expect(piece.byteLength).toBeLessThanOrEqual(12);
        pieces.push(...piece);
      }
      expect(pieces).toEqual([...(await tensor.read()).data]);
    }
  });
});

test('a file that shrinks while it is read is refused', async () => {
  const source = { size: files.safetensors.byteLength, read: async () => new Uint8Array(1) };
  await expect(openCheckpoint(source)).rejects.toThrow('the file changed');
});

test('a file of a gigabyte is opened and read in pieces without being loaded', async () => {
  const path = join(folder, 'large.safetensors');
  const { bytes } = safetensorsHeader(new Map([['large', { dtype: 'F32', shape: [2 ** 28] }], ['small', { dtype: 'U8', shape: [4] }]]));
  await writeFile(path, bytes);
  await truncate(path, bytes.byteLength + 2 ** 30 + 4);
  const handle = await open(path);
  const read: number[] = [];
  const { size } = await handle.stat();
  const counting = {
    size,
    async read(position: number, length: number): Promise<Uint8Array> {
      read.push(length);
      const buffer = new Uint8Array(length);
      await handle.read(buffer, 0, length, position);
      return buffer;
    },
  };
  const checkpoint = await openCheckpoint(counting);
  expect(checkpoint.tensors.get('large')).toMatchObject({ dtype: 'F32', shape: [2 ** 28], byteLength: 2 ** 30 });
  expect((await checkpoint.tensors.get('small')!.read()).data).toEqual(new Uint8Array(4));
  for await (const piece of checkpoint.tensors.get('large')!.chunks()) {
    expect(piece.byteLength).toBe(2 ** 20);
    if (read.length > 20) break;
  }
  expect(Math.max(...read)).toBe(2 ** 20);
  await handle.close();
});

test.each([
  ['empty', ''],
  ['git-lfs-pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n'],
  ['html', '<!DOCTYPE html><html></html>'],
  ['text', 'Not Found'],
  ['gzip', '\u001f\u008b\u0008'],
  ['unknown', '\u0000\u0001\u0002'],
])('%s is told apart, and refused with what to do', async (format, text) => {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  expect(await detectFormat(bytes)).toBe(format);
  await expect(openCheckpoint(bytes)).rejects.toThrow(InputError);
  await expect(openCheckpoint(bytes)).rejects.toThrow(`of ${format}`);
});

test('safetensors files with headers of every length are safetensors, also those that begin as pickles do', async () => {
  for (let letters = 1; letters < 700; letters += 8) {
    const file = writeSafetensors(new Map([['a'.repeat(letters), fromFloat32({ data: Float32Array.of(1), shape: [1] })]]));
    expect([file[0], file[1], await detectFormat(file)]).toEqual([file[0], file[1], 'safetensors']);
  }
});
