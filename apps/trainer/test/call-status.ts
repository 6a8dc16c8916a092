/** Calls `mfim-train status` in this process, and keeps what it says. */
import { buildApplication, run } from '@stricli/core';
import { statusCommand } from '../src/commands/status.ts';

/** What a caller sees; `code` is stricli's, 1 for an error that was thrown. */
export interface StatusAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param inputs after `mfim-train status` */
export async function callStatus(...inputs: readonly string[]): Promise<StatusAnswer> {
  let [stdout, stderr] = ['', ''];
  const seen = {
    exitCode: undefined as number | undefined,
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text) },
  };
  const application = buildApplication(statusCommand, { name: 'status', scanner: { caseStyle: 'allow-kebab-for-camel' } });
  await run(application, inputs, { process: seen as never });
  return { code: seen.exitCode ?? 0, stdout, stderr };
}
