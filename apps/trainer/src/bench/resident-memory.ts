/** Largest resident memory of this process so far. */
import { readFile } from 'node:fs/promises';

const KIBIBYTE = 1024;

/**
 * From the kernel where it tells (Linux); getrusage elsewhere: there a process on Linux starts with the peak of the one
 * that started it.
 */
export async function peakResidentBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const line = /^VmHWM:\s+(\d+) kB$/mu.exec(status);
  return KIBIBYTE * (line === null ? process.resourceUsage().maxRSS : Number(line[1]));
}
