/**
 * The program `mfim`: wires this process to `runMfim`. Ctrl-C removes what was half written and ends
 * with 130; networks that still run on other threads end with the process.
 */
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { EXIT_CODE } from './exit-codes.ts';
import { removeUnfinishedFiles } from './output-file.ts';
import { runMfim } from './run-mfim.ts';

function stop(): void {
  removeUnfinishedFiles();
  process.stderr.write('mfim: interrupted; no unfinished file was left.\n');
  process.exit(EXIT_CODE.interrupted);
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
// `mfim faces photo.jpg | head -1` closes our output early, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT_CODE.done : EXIT_CODE.ourFault);
});

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on('SIGINT', stop);
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

const { stdin, stdout, stderr, env } = process;
const somebodyIsThere = stdin.isTTY && stderr.isTTY;
process.exitCode = await runMfim(process.argv.slice(2), { stdout, stderr, env, ...(somebodyIsThere ? { ask } : {}) });
