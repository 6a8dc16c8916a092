/** A disk that is full when a run saves: a real one (a small tmpfs, for root on Linux), and a limit on file sizes (anywhere with bash). */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listCheckpoints, newestCheckpoint } from '../src/run/checkpoint-store.ts';
import { compareCheckpoints } from '../src/run/compare-checkpoints.ts';
import { patternDataset, start, startAfter } from './trainer-process.ts';

const PROCESS_PATIENCE = 600_000;
const SIZE = 16;
/** Room that is left for logs, not for a checkpoint. */
const LEFT = 400_000;
const silent = (): void => undefined;

let dataset: string;
let disk: string;
let isMounted = false;
beforeAll(async () => {
  dataset = await patternDataset(SIZE);
  disk = await mkdtemp(path.join(tmpdir(), 'mfim-disk-'));
  isMounted = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0;
});
afterAll(async () => {
  if (isMounted) spawnSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

const settings = (steps: number): readonly string[] =>
  [`dataset=${dataset}`, 'engine=cpu', `generator.resolution=${SIZE}`, 'generator.channels.base=64', 'generator.channels.maximum=8', 'discriminator.channels.base=64', 'discriminator.channels.maximum=8', 'batch=4', 'score.images=0', 'logEvery=1', 'saveEvery=2', 'snapshotEvery=1000', `steps=${steps}`].flatMap((setting) => ['--set', setting]);
const begin = (folder: string, steps: number): readonly string[] => ['pretrain', 'configs/pretrain-64.yaml', '--out', folder, ...settings(steps)];
const goOn = (folder: string, steps: number): readonly string[] => ['resume', folder, '--set', `steps=${steps}`];

async function expectOldCheckpoint(folder: string, { code, output }: { readonly code: number | null; readonly output: string }, reason: RegExp): Promise<void> {
  expect(output).toMatch(/step-000000004\.safetensors: expected room and the right to write/);
  expect(output).toMatch(reason);
  expect(output).toMatch(/free some space or choose another folder, then resume: the older checkpoints are whole/);
  expect(output).not.toMatch(/^ {4}at /m);
  expect(code).toBe(2);
  expect(await listCheckpoints(folder)).toEqual([2]);
  expect((await newestCheckpoint(folder, silent)).step).toBe(2);
  const names = await readdir(folder, { recursive: true });
  expect(names.filter((name) => name.includes('partial') || name === 'lock.json')).toEqual([]);
}

test('a full disk: the checkpoint before stays, the error is clear, exit code 2; with room again the run goes on, bit for bit', async ({ skip }) => {
  if (!isMounted) skip('needs the right to mount a tmpfs: run it as root on Linux');
  const folder = path.join(disk, 'run');
  expect(await start('src/main.ts', begin(folder, 2)).ended).toMatchObject({ code: 0 });
  const { bavail, bsize } = await statfs(disk);
  await writeFile(path.join(disk, 'filler'), new Uint8Array(bavail * bsize - LEFT));
  await expectOldCheckpoint(folder, await start('src/main.ts', goOn(folder, 4)).ended, /ENOSPC/);
  await rm(path.join(disk, 'filler'));
  expect(await start('src/main.ts', goOn(folder, 4)).ended).toMatchObject({ code: 0 });
  const straight = path.join(disk, 'straight');
  expect(await start('src/main.ts', begin(straight, 4)).ended).toMatchObject({ code: 0 });
  expect(compareCheckpoints(await newestCheckpoint(straight, silent), await newestCheckpoint(folder, silent))).toMatchObject({ step: 4, different: [] });
}, PROCESS_PATIENCE);

test('a limit on file sizes: the same', async ({ skip }) => {
  if (spawnSync('bash', ['-c', 'ulimit -f 400']).status !== 0) skip('needs bash with ulimit -f');
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-limit-'));
  expect(await start('src/main.ts', begin(folder, 2)).ended).toMatchObject({ code: 0 });
  await expectOldCheckpoint(folder, await startAfter('ulimit -f 400', 'src/main.ts', goOn(folder, 4)).ended, /EFBIG/);
}, PROCESS_PATIENCE);
