/** Installs one packed package alone and runs the example of its README. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkTypes } from './check-types.ts';
import type { PackedPackage } from './pack-packages.ts';
import { readExample } from './read-example.ts';
import { runProgram } from './run-program.ts';
import { PROJECT_FILES, writeProject } from './write-project.ts';
import type { Surroundings } from './write-project.ts';

/** Where and with what it is tried. */
export interface Trial extends Surroundings {
  readonly project: string;
  readonly arguments: readonly string[];
}

/** How it went. */
export interface TrialResult {
  /** Empty when all is well. */
  readonly problems: readonly string[];
  /** The first line that the example printed. */
  readonly firstLine: string;
  readonly seconds: Readonly<Record<'install' | 'run' | 'types', number>>;
}

const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error'];
const MILLISECONDS = 1000;

async function timed<Result>(job: () => Result | Promise<Result>): Promise<{ readonly result: Result; readonly seconds: number }> {
  const start = performance.now();
  const result = await job();
  return { result, seconds: (performance.now() - start) / MILLISECONDS };
}

/** Tries one package in `trial.project`, a folder that does not exist yet. */
export async function tryPackage({ name, folder }: PackedPackage, trial: Trial): Promise<TrialResult> {
  const { project } = trial;
  writeProject(project, readExample(readFileSync(join(folder, 'README.md'), 'utf8')), trial);
  const install = await timed(() => runProgram({ command: 'npm', arguments: INSTALL, folder: project }));
  if (!install.result.succeeded) {
    return { problems: [`npm install of ${name}:\n${install.result.transcript}`], firstLine: '', seconds: { install: install.seconds, run: 0, types: 0 } };
  }
  const command = { command: process.execPath, arguments: [PROJECT_FILES.javascript, ...trial.arguments], folder: project };
  const run = await timed(() => runProgram({ ...command, environment: { NODE_OPTIONS: '', NODE_PATH: '' } }));
  const types = await timed(() => checkTypes(project));
  const printed = run.result.transcript.trim();
  const failure = run.result.succeeded && printed !== '' ? [] : [`node ${PROJECT_FILES.javascript}: ${printed || 'printed nothing'}`];
  return {
    problems: [...failure, ...types.result],
    firstLine: (run.result.output.trim() || printed).split('\n')[0] ?? '',
    seconds: { install: install.seconds, run: run.seconds, types: types.seconds },
  };
}
