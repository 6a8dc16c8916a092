/** What the tests against PyTorch share: files as other projects write them, made here and now where PyTorch is at hand. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WITHOUT_TORCH, findTorch } from '@mfim/benchmarks';
import { openCheckpoint } from '@mfim/checkpoints';
import { expect } from 'vitest';
import { callMfim } from './call-mfim.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const python = await findTorch({ environment: process.env, root, modules: ['numpy', 'safetensors'] });

/** Networks of the published sizes instead of small ones: minutes, and some gigabytes of memory and disk. */
const FULL_SIZE = 'MFIM_FULL_SIZE';
const isFull = process.env[FULL_SIZE] === '1';

/** Whether there is a PyTorch to write files with, and what to say in the title of the tests. */
export const torch = { isMissing: python === undefined, title: python === undefined ? `skipped: ${WITHOUT_TORCH}` : `PyTorch ${python.version}, ${isFull ? 'full' : 'small'} size` };

/** Starting PyTorch on a busy machine takes long; full-size networks take minutes. */
export const PATIENCE = isFull ? 3_600_000 : 600_000;
/** Largest relative error of a network's outputs, of docs/numerics.md. */
const TOLERANCE = 1e-4;

/** A folder of files. */
export interface ForeignFolder {
  path(name: string): string;
  remove(): void;
}

/** Writes the named files (see tools/golden/python/write_foreign.py). */
export function writeForeignFiles(names: readonly string[]): ForeignFolder {
  const folder = mkdtempSync(join(tmpdir(), 'mfim-foreign-'));
  const script = join(root, 'tools', 'golden', 'python', 'write_foreign.py');
  execFileSync((python as { python: string }).python, ['-B', script, '--output', folder, ...(isFull ? ['--full'] : []), ...names], { stdio: 'pipe' });
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true }) };
}

/** Imports a file and runs it against its golden outputs. */
export async function expectParity(kind: string, file: string, golden: string): Promise<string> {
  const out = `${file}.imported.safetensors`;
  const { code, stdout, stderr } = await callMfim(['import', kind, file, '--out', out, '--verify', golden]);
  expect([code, stderr]).toEqual([0, '']);
  const errors = [...stdout.matchAll(/relative ([\d.e+-]+)/g)].map(([, relative]) => Number(relative));
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expect(error).toBeLessThan(TOLERANCE);
  return out;
}

/** Tensor by tensor, so that files of any size can be compared. */
export async function expectEqualTensors(first: string, second: string): Promise<void> {
  const handles = await Promise.all([open(first), open(second)]);
  try {
    const [one, other] = await Promise.all(handles.map((handle) => openCheckpoint(handle)));
    expect([...(one?.tensors.keys() ?? [])]).toEqual([...(other?.tensors.keys() ?? [])]);
    for (const [name, tensor] of one?.tensors ?? []) {
      const [left, right] = [await tensor.read(), await other?.tensors.get(name)?.read()];
      expect([name, Buffer.compare(left.data, right?.data ?? new Uint8Array())]).toEqual([name, 0]);
    }
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}
