/**
 * One process at a time: a lock file made exclusively, touched while it is held, and taken over when it has not been touched for a
 * while (its process was killed). Works between processes and machines that share a folder.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';

const TOUCH_MILLISECONDS = 1000;
const STALE_MILLISECONDS = 15_000;
/** Sooner, when its process was on this machine and is gone. */
const ABANDONED_MILLISECONDS = 3000;
const POLL_MILLISECONDS = 100;

/** How a lock is waited for. */
export interface LockOptions {
  /** Called once, when another process holds it. */
  readonly onWait?: () => void;
  /** A lock that was not touched for so long is taken over. */
  readonly staleMilliseconds?: number;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Whether a lock's process was on this machine and is gone. */
function isAbandoned(content: string): boolean {
  const [host, pid] = content.split(' ');
  if (host !== hostname() || !/^\d+$/u.test(pid ?? '')) return false;
  try {
    return !process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Makes the lock file with its content at once: a link cannot replace what exists. */
async function tryLock(path: string, token: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, token);
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Removes a lock whose process is gone; one that was taken meanwhile is put back. */
async function breakStale(path: string, staleMilliseconds: number): Promise<void> {
  const seen = await readFile(path, 'utf8').catch(() => undefined);
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (seen === undefined || age < (isAbandoned(seen) ? Math.min(ABANDONED_MILLISECONDS, staleMilliseconds) : staleMilliseconds)) return;
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const taken = await readFile(aside, 'utf8').catch(() => undefined);
  if (taken !== undefined && taken !== seen) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/**
 * Runs `action` while holding the lock `path`, whose folder must exist.
 *
 * @throws InputError when the lock was lost while `action` ran, as after a long standstill of this machine
 */
export async function withLock<Result>(path: string, { onWait, staleMilliseconds = STALE_MILLISECONDS }: LockOptions, action: () => Promise<Result>): Promise<Result> {
  const token = `${hostname()} ${process.pid} ${randomUUID()}`;
  for (let waits = 0; !(await tryLock(path, token)); waits += 1) {
    if (waits === 0) onWait?.();
    await breakStale(path, staleMilliseconds);
    await pause(POLL_MILLISECONDS);
  }
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, TOUCH_MILLISECONDS);
  try {
    const result = await action();
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== token) {
      throw new InputError({ where: path, expected: 'a lock that stays ours', got: 'one that another process took over', remedy: 'run again' });
    }
    return result;
  } finally {
    clearInterval(touch);
    if ((await readFile(path, 'utf8').catch(() => undefined)) === token) await rm(path, { force: true });
  }
}
