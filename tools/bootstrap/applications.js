/** The tasks that start one of the apps: demo, bench, playground. */
import { join } from 'node:path';
import { ROOT, installed, run } from './shell.js';

const MFIM = join(ROOT, 'apps', 'cli', 'bin', 'mfim.js');

/** `npm run demo`: swaps and mixes faces of people who do not exist, into out/. */
export function runDemo(rest) {
  return run(process.execPath, [MFIM, 'demo', ...rest]);
}

/** `npm run bench`: times a whole 1024 swap with random weights, unless `--model` names a bundle. */
export function runBench(rest) {
  const chosen = rest.includes('--model') || rest.includes('--random');
  return run(process.execPath, [MFIM, 'bench', ...(chosen ? [] : ['--random']), ...rest]);
}

/** `npm run playground`: serves the built browser app on this machine. */
export function runPlayground(rest) {
  return run(installed('tsx'), [join(ROOT, 'apps', 'playground', 'src', 'server', 'main.ts'), ...rest]);
}
