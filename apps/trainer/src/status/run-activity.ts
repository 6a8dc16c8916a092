/** Whether somebody trains in a run's folder now, by its lock file. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { isAlive } from '../run/run-lock.ts';

const LOCK = z.object({ pid: z.number().int().positive(), host: z.string(), started: z.string() });

/** What the lock file says. */
export interface RunActivity {
  /** `elsewhere`: locked by another machine, whose processes cannot be seen from here. */
  readonly state: 'running' | 'stopped' | 'elsewhere';
  /** For people. */
  readonly text: string;
}

/** @param lock the parsed lock file; `undefined` when there is none */
export function runActivity(lock: unknown): RunActivity {
  if (lock === undefined) return { state: 'stopped', text: 'not running (no lock file)' };
  const parsed = LOCK.safeParse(lock);
  if (!parsed.success) return { state: 'stopped', text: 'not known (the lock file is damaged)' };
  const { pid, host, started } = parsed.data;
  const who = `process ${pid} on ${host}, started ${started}`;
  if (host !== hostname()) return { state: 'elsewhere', text: `locked by ${who}, which cannot be seen from here` };
  return isAlive(parsed.data) ? { state: 'running', text: `running (${who})` } : { state: 'stopped', text: `ended without taking its lock away (${who})` };
}
