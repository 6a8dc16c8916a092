/** Ctrl-C as a user presses it: a process of its own gets the signal in the middle of its work. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { writeTinyBundle } from './tiny-bundle.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
// Whole swaps: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfim-interrupt-'));
  await writeTinyBundle(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('ends with 130 on Ctrl-C', async () => {
  const call = ['bench', '--model', folder, '--runs', '1000000'];
  const child = spawn(process.execPath, ['--conditions=@mfim/source', '--import', 'tsx', main, ...call], { stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
    if (stderr.includes('round 1 ')) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(stderr).toMatch(/interrupted; no unfinished file was left/);
  expect(code).toBe(130);
});
