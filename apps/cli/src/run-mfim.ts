/** Runs one call of `mfim` and answers its exit code; never ends the process. */
import { run } from '@stricli/core';
import { application } from './application.ts';
import type { CommandHost } from './command-context.ts';
import { translateExitCode } from './exit-codes.ts';

function streamOf(stream: CommandHost['stdout']): { write: (text: string) => void } {
  return { write: (text) => void stream.write(text) };
}

/** @param inputs the arguments after `mfim` */
export async function runMfim(inputs: readonly string[], host: CommandHost): Promise<number> {
  const parserProcess: {
    stdout: { write: (text: string) => void };
    stderr: { write: (text: string) => void };
    exitCode?: number | string | null;
  } = { stdout: streamOf(host.stdout), stderr: streamOf(host.stderr) };
  await run(application, inputs, { process: parserProcess, environment: host.env, ...(host.ask === undefined ? {} : { ask: host.ask }) });
  return translateExitCode(Number(parserProcess.exitCode ?? 0));
}
