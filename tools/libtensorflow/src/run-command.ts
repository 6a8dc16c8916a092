/** Runs another program and hands back what it printed; a failure carries its last lines. */
import { spawn } from 'node:child_process';
import { BuildError } from './build-error.ts';

/** A program to run. */
export interface Command {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly folder?: string;
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What to do when the program is absent or fails. */
  readonly remedy: string;
}

const LINES_SHOWN = 12;

/**
 * @returns standard output
 * @throws BuildError when the program cannot be started or ends with another code than 0
 */
export async function runCommand(command: Command): Promise<string> {
  const child = spawn(command.program, command.parameters, {
    cwd: command.folder,
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(new BuildError(`${command.program} does not start`, command.remedy, cause)));
    child.on('close', resolve);
  });
  if (code !== 0) {
    const lines = `${output.join('')}\n${errors.join('')}`.trim().split('\n').slice(-LINES_SHOWN);
    throw new BuildError(`${command.program} ended with code ${code}:\n${lines.join('\n')}\n`, command.remedy);
  }
  return output.join('');
}

/** Whether the program can be started with these parameters and succeeds. */
export async function canRun(program: string, parameters: readonly string[]): Promise<boolean> {
  try {
    await runCommand({ program, parameters, remedy: '' });
    return true;
  } catch {
    return false;
  }
}
