/**
 * The child process: reads case after case until it is killed. Before each it writes the case's number to a file, so that the parent knows
 * what it was at even when it hangs or runs out of memory.
 *
 * worker.ts STATE_FILE FIRST_CASE MEMORY_LIMIT_MB
 */
import { openSync, writeSync } from 'node:fs';
import { fuzzCase } from './mutate.ts';
import { readEverything } from './read-everything.ts';
import { seedFiles } from './seed-files.ts';

/** What a worker tells. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly executions: number; readonly refused: number; readonly slowestMs: number; readonly slowestCase: number; readonly peakMb: number }
  | { readonly kind: 'crash'; readonly number: number; readonly message: string };

const KILOBYTES_PER_MB = 1024;
const MICROSECONDS_PER_MS = 1000;
const REPORT_EVERY_MS = 500;

const [stateFile, first, limit] = process.argv.slice(2) as [string, string, string];
const state = openSync(stateFile, 'w');
const seeds = seedFiles();
const since = { executions: 0, refused: 0, slowestMs: 0, slowestCase: 0 };
let reported = performance.now();

const peakMb = (): number => process.resourceUsage().maxRSS / KILOBYTES_PER_MB;

function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
}

async function report(): Promise<void> {
  await tell({ kind: 'progress', ...since, peakMb: peakMb() });
  Object.assign(since, { executions: 0, refused: 0, slowestMs: 0, slowestCase: 0 });
  reported = performance.now();
}

async function runCase(number: number): Promise<void> {
  writeSync(state, `${number}\n`, 0);
  const { bytes } = fuzzCase(seeds, number);
  const started = process.cpuUsage();
  try {
    since.refused += await readEverything(bytes);
  } catch (error) {
    await tell({ kind: 'crash', number, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  since.executions += 1;
  const { user, system } = process.cpuUsage(started);
  const took = (user + system) / MICROSECONDS_PER_MS;
  if (took > since.slowestMs) Object.assign(since, { slowestMs: took, slowestCase: number });
  if (peakMb() <= Number(limit)) return;
  await tell({ kind: 'crash', number, message: `memory: ${peakMb().toFixed(0)} MB, more than the limit of ${limit} MB` });
  await report();
  process.exit(0);
}

process.on('disconnect', () => process.exit(0));
for (let number = Number(first); ; number += 1) {
  await runCase(number);
  if (performance.now() - reported > REPORT_EVERY_MS) await report();
}
