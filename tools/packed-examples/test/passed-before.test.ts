import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keyOf, openPassMemory } from '../src/passed-before.ts';

const folder = mkdtempSync(join(tmpdir(), 'mfim-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a key follows the contents of files, and the texts', () => {
  const file = join(folder, 'tarball');
  const key = (contents: string, text: string): string => {
    writeFileSync(file, contents);
    return keyOf({ files: [file], texts: [text] });
  };
  expect(key('a', 'x')).toBe(key('a', 'x'));
  expect(new Set([key('a', 'x'), key('b', 'x'), key('a', 'y')]).size).toBe(3);
});

test('a pass is remembered by the next run, another content is not', () => {
  const file = join(folder, 'deep', 'memory.json');
  openPassMemory(file).add('nn', 'one');
  expect(openPassMemory(file).has('nn', 'one')).toBe(true);
  expect(openPassMemory(file).has('nn', 'two')).toBe(false);
  expect(openPassMemory(file).has('stylegan', 'one')).toBe(false);
});
