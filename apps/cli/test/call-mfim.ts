/** Calls `mfim` as its bin does, and keeps what it says. */
import { runMfim } from '../src/run-mfim.ts';

/** What a caller sees. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one call in this process. */
export async function callMfim(inputs: readonly string[], env: Record<string, string> = {}): Promise<Answer> {
  let stdout = '';
  let stderr = '';
  const code = await runMfim(inputs, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
  });
  return { code, stdout, stderr };
}
