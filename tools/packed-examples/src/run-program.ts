/** Runs a program to its end and keeps what it said. */
import { spawn } from 'node:child_process';

/** What to run, and where. */
export interface Program {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How it went. */
export interface ProgramResult {
  readonly succeeded: boolean;
  /** Standard output. */
  readonly output: string;
  /** Standard output and error in the order in which they came. */
  readonly transcript: string;
}

const TIME_LIMIT = 300_000;

/** @returns how it went; a program that runs for more than five minutes is ended */
export async function runProgram(program: Program): Promise<ProgramResult> {
  const child = spawn(program.command, program.arguments, {
    cwd: program.folder,
    env: { ...process.env, ...program.environment },
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIME_LIMIT,
  });
  let output = '';
  let transcript = '';
  child.stdout.on('data', (text: string) => {
    output += text;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      transcript += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ succeeded: false, output, transcript: `${transcript}${error.message}\n` }));
    child.on('close', (code) => resolve({ succeeded: code === 0, output, transcript }));
  });
}
