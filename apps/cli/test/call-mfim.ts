/** Calls `mfim` as its bin does, and keeps what it says. */
import type { CommandHost } from '../src/command-context.ts';
import { runMfim } from '../src/run-mfim.ts';

/** What a caller sees. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one call in this process.
 *
 * @param ask answers questions as a person at a terminal would; nobody is there without it
 */
export async function callMfim(inputs: readonly string[], env: Record<string, string> = {}, ask?: CommandHost['ask']): Promise<Answer> {
  let stdout = '';
  let stderr = '';
  const code = await runMfim(inputs, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    ...(ask === undefined ? {} : { ask }),
  });
  return { code, stdout, stderr };
}
