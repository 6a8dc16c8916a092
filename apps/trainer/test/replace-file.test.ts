/** One way to write a file: the old one or the new one, nothing between, nothing left over. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError, MfimError } from '@mfim/tensor-contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeTemporaries, replaceFile } from '../src/files/replace-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mfim-replace-'));
  file = path.join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

async function* pieces(failure?: Error): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1, 2);
  if (failure !== undefined) throw failure;
  yield Uint8Array.of(3);
}

test('texts, bytes and pieces replace what was there', async () => {
  await replaceFile(file, 'old');
  await replaceFile(file, 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  await replaceFile(file, Uint8Array.of(9));
  expect([...(await readFile(file))]).toEqual([9]);
  await replaceFile(file, pieces());
  expect([...(await readFile(file))]).toEqual([1, 2, 3]);
  expect(await readdir(folder)).toEqual(['file']);
});

test('content that fails half-way leaves the old file, and its own error as it is', async () => {
  await replaceFile(file, 'old');
  const known = new MfimError({ where: 'step 3', expected: 'finite numbers', got: 'NaN', remedy: 'lower the rate' });
  await expect(replaceFile(file, pieces(known))).rejects.toBe(known);
  await expect(replaceFile(file, pieces(new Error('ENOSPC: no space left')), 'do this')).rejects.toThrow(/file: expected room and the right to write, got Error: ENOSPC.*; do this/);
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['file']);
});

test('a place that cannot be written to is an InputError that names it', async () => {
  const place = path.join(file, 'inner');
  await writeFile(file, 'in the way');
  await expect(replaceFile(place, 'text')).rejects.toThrow(InputError);
  await expect(replaceFile(place, 'text')).rejects.toThrow(/inner: expected room and the right to write.*free some space or correct the rights/);
});

test('what a killed process left is swept away, nothing else', async () => {
  for (const name of ['a.safetensors.123.partial', 'a.safetensors']) await writeFile(path.join(folder, name), '');
  await removeTemporaries(folder);
  expect(await readdir(folder)).toEqual(['a.safetensors']);
});
