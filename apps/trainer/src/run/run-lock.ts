/** One run, one process: `lock.json` in the run's folder names the process that writes there. */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { LOCK_FILE } from '../watch/run-files.ts';

/** Who holds a run. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO time. */
  readonly started: string;
}

/** The holder of a run's lock, whether alive or not; undefined when there is none or it cannot be read. */
export async function readLock(folder: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, LOCK_FILE), 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

/** False only when the holder surely is gone: same machine, no such process. */
export function isAlive({ pid, host }: LockHolder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes the lock; one that a killed process left is replaced.
 *
 * @returns a function that gives it back
 * @throws InputError when another process holds it
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, LOCK_FILE);
  const holder = await readLock(folder);
  if (holder !== undefined && isAlive(holder)) {
    throw new InputError({
      where: folder,
      expected: 'a run that nobody else writes to',
      got: `a lock of process ${holder.pid} on ${holder.host}, since ${holder.started}`,
      remedy: `wait for it or stop it; if it surely is gone, remove ${LOCK_FILE}`,
    });
  }
  await rm(file, { force: true });
  const mine: LockHolder = { pid: process.pid, host: hostname(), started: new Date().toISOString() };
  // Exclusive: of two that start at once, one fails here.
  const handle = await open(file, 'wx').catch((cause: unknown) => {
    throw new InputError({ where: file, expected: 'the right to create it, and no other run starting', got: String(cause), remedy: 'look who else writes there, then try again', cause });
  });
  await handle.writeFile(`${JSON.stringify(mine)}\n`);
  await handle.close();
  return async () => {
    const current = await readLock(folder);
    if (current?.pid === mine.pid && current.host === mine.host) await rm(file, { force: true });
  };
}

/** Holds the folder's lock while working; makes the folder where there is none. @throws InputError when another process holds it */
export async function locked<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(folder, { recursive: true });
  const unlock = await lockRun(folder);
  try {
    return await work();
  } finally {
    await unlock();
  }
}
