/** The tasks that start one of the apps or tools: demo, bench, playground, fuzz. */
import { join } from 'node:path';
import { ROOT, installed, run } from './shell.js';

const MFIM = join(ROOT, 'apps', 'cli', 'bin', 'mfim.js');
const MFIM_TRAIN = join(ROOT, 'apps', 'trainer', 'bin', 'mfim-train.js');
const BENCH_CONFIG = join(ROOT, 'apps', 'trainer', 'configs', 'bench-128.yaml');

/** `npm run demo`: swaps and mixes faces of people who do not exist, into out/. */
export function runDemo(rest) {
  return run(process.execPath, [MFIM, 'demo', ...rest]);
}

/** The project's figures (a) to (h) with their goals, those of training by mfim-train; what cannot run here says why. */
function benchFigures(rest) {
  return run(process.execPath, [MFIM, 'bench', '--figures', 'all', ...rest]);
}

/** A whole 1024 swap with random weights, unless `--model` names a bundle. */
function benchSwap(rest) {
  const chosen = rest.includes('--model') || rest.includes('--random') || rest.includes('--figures');
  return run(process.execPath, [MFIM, 'bench', ...(chosen ? [] : ['--random']), ...rest]);
}

/** A training step at 128 pixels; it says what it leaves out for want of an engine or of PyTorch. */
function benchTraining(rest) {
  return run(process.execPath, [MFIM_TRAIN, 'bench', BENCH_CONFIG, ...rest]);
}

const BENCHES = { figures: benchFigures, swap: benchSwap, training: benchTraining };

/** `npm run bench`: the figures; `-- swap ...` or `-- training ...`: one of these, with its flags. Flags alone are the swap's. */
export function runBench(rest) {
  const [first, ...others] = rest;
  if (first === undefined) return benchFigures([]);
  return Object.hasOwn(BENCHES, first) ? BENCHES[first](others) : benchSwap(rest);
}

/** `npm run playground`: serves the built browser app on this machine. */
export function runPlayground(rest) {
  return run(installed('tsx'), [join(ROOT, 'apps', 'playground', 'src', 'server', 'main.ts'), ...rest]);
}

/** `npm run fuzz -- --minutes 10`: changed weight files over every reader, from source. */
export function runFuzz(rest) {
  return run(installed('tsx'), ['--conditions=@mfim/source', join(ROOT, 'tools', 'fuzz', 'src', 'main.ts'), ...rest]);
}
