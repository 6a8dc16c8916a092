/** Runs another program and hands back what it printed; a failure carries its last lines. */
import { spawn } from 'node:child_process';
import { installError } from './install-error.ts';

/** A program to run. */
export interface Program {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly folder?: string;
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What to do when the program is absent or fails. */
  readonly remedy: string;
}

const LINES_SHOWN = 12;
const PYTHONS = ['python3', 'python', 'py'];
const PYTHON_REMEDY = 'install Python 3 with pip (Debian: apt install python3-pip)';

/**
 * @returns standard output
 * @throws InputError when the program cannot be started or ends with another code than 0
 */
export async function runProgram(request: Program): Promise<string> {
  const { program, parameters, remedy } = request;
  const child = spawn(program, parameters, { cwd: request.folder, env: { ...process.env, ...request.environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(installError({ expected: `the program ${program}`, got: 'nothing that starts', remedy, cause })));
    child.on('close', resolve);
  });
  if (code !== 0) {
    const lines = `${output.join('')}\n${errors.join('')}`.trim().split('\n').slice(-LINES_SHOWN);
    throw installError({ expected: `${program} to end well`, got: `code ${code}:\n${lines.join('\n')}\n`, remedy });
  }
  return output.join('');
}

/** Whether the program can be started with these parameters and succeeds. */
export async function canRun(program: string, parameters: readonly string[]): Promise<boolean> {
  try {
    await runProgram({ program, parameters, remedy: '' });
    return true;
  } catch {
    return false;
  }
}

/** The first Python that has pip. */
export async function findPython(): Promise<string> {
  for (const python of PYTHONS) {
    if (await canRun(python, ['-m', 'pip', '--version'])) return python;
  }
  throw installError({ expected: 'a Python with pip', got: 'none', remedy: PYTHON_REMEDY });
}
