/** The tasks that start one of the apps: demo, bench, playground. */
import { join } from 'node:path';
import { pnpm } from './prepare.js';
import { ROOT, run } from './shell.js';

const MFIM = join(ROOT, 'apps', 'cli', 'bin', 'mfim.js');

/** `npm run demo`: swaps and mixes faces of people who do not exist, into out/. */
export function runDemo(rest) {
  return run(process.execPath, [MFIM, 'demo', ...rest]);
}

/** `npm run bench`: times a whole 1024 swap with random weights, unless told otherwise. */
export function runBench(rest) {
  return run(process.execPath, [MFIM, 'bench', ...(rest.length === 0 ? ['--random', '--resolution', '1024'] : rest)]);
}

/** `npm run playground`: the development server of the browser app. */
export function runPlayground(rest) {
  return pnpm(['--filter', '@mfim/playground', 'run', 'dev', ...rest]);
}
