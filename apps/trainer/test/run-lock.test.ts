import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lockRun, readLock } from '../src/run/run-lock.ts';
import { LOCK_FILE } from '../src/watch/run-files.ts';

const folder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'mfim-lock-'));

test('the second to come is refused with who holds the run; given back, it is free', async () => {
  const run = await folder();
  const unlock = await lockRun(run);
  await expect(lockRun(run)).rejects.toThrow(new RegExp(`process ${process.pid} on ${hostname()}`));
  await unlock();
  expect(await readdir(run)).toEqual([]);
  await (await lockRun(run))();
});

test('the lock of a process that was killed is replaced; one of another machine is not', async () => {
  const run = await folder();
  const gone = spawnSync(process.execPath, ['--version']).pid;
  await writeFile(path.join(run, LOCK_FILE), JSON.stringify({ pid: gone, host: hostname(), started: 'before' }));
  const unlock = await lockRun(run);
  expect((await readLock(run))?.pid).toBe(process.pid);
  await unlock();
  await writeFile(path.join(run, LOCK_FILE), JSON.stringify({ pid: 1, host: 'another-machine', started: 'before' }));
  await expect(lockRun(run)).rejects.toThrow(/another-machine/);
});

test('a torn lock file is replaced', async () => {
  const run = await folder();
  await writeFile(path.join(run, LOCK_FILE), '{"pid": 12');
  await (await lockRun(run))();
});
