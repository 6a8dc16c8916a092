import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOutputPath, writeWhole } from '../src/output-file.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfim-output-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('writeWhole', () => {
  it('creates missing folders, replaces an older file, and leaves nothing else behind', async () => {
    const path = join(folder, 'a', 'b.txt');
    await writeWhole(path, 'old');
    await writeWhole(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
  });

  it('refuses a place that cannot be written and leaves nothing there', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(writeWhole(join(folder, 'file', 'x.txt'), '')).rejects.toThrow(/output .*choose a folder/);
    await mkdir(join(folder, 'taken'));
    await expect(writeWhole(join(folder, 'taken'), 'x')).rejects.toThrow(/output/);
    expect((await readdir(folder)).filter((name) => name.includes('unfinished'))).toEqual([]);
  });
});

describe('checkOutputPath', () => {
  it('refuses folders and inputs', () => {
    expect(() => checkOutputPath(folder)).toThrow(/a folder/);
    expect(() => checkOutputPath(join(folder, 'x.png'), [join(folder, '.', 'x.png')])).toThrow(/never overwritten/);
    expect(() => checkOutputPath(join(folder, 'y.png'), [join(folder, 'x.png')])).not.toThrow();
  });
});
