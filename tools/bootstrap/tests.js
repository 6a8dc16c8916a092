/**
 * `npm test`: the main lane everywhere, and one lane more for each optional part that this machine
 * has. A lane that cannot run says in one line why, and how to get it. Ends with one line of totals.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium, findTensorflowAddon, findTorch } from './optional-parts.js';
import { CACHE, installed, run, say } from './shell.js';
import { countReport, totalsLine } from './totals.js';

const REPORTS = join(CACHE, 'test');
const LANE_CONFIG = 'tools/bootstrap/lane.config.js';

function vitest(lane, commandArguments, environment = {}) {
  mkdirSync(REPORTS, { recursive: true });
  const file = join(REPORTS, `${lane}.json`);
  rmSync(file, { force: true });
  const started = performance.now();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const exitCode = run(installed('vitest'), ['run', ...commandArguments, ...reporters], environment);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  return { lane, seconds: (performance.now() - started) / 1000, ...countReport(report, exitCode) };
}

function optionalLane(lane, part, environment) {
  if (part.found === undefined) {
    say(`lane ${lane}: not run, ${part.missing}`);
    return [];
  }
  return [vitest(lane, ['--config', LANE_CONFIG], { MFIM_LANE: lane, ...environment })];
}

function browserLane() {
  const chromium = findChromium();
  const missing = 'no Chromium here; install it (Debian: apt-get install chromium) or set CHROMIUM to its path';
  return optionalLane('browser', { found: chromium, missing }, { CHROMIUM: chromium });
}

function pytorchLane() {
  const torch = findTorch();
  const missing = 'no PyTorch here; run `python3 tools/golden/install-torch.py`, or set PYTHON to a Python that has it';
  return optionalLane('pytorch', { found: torch, missing }, { PYTHON: torch?.python });
}

function tensorflowLane() {
  const addon = findTensorflowAddon();
  const missing = 'the TensorFlow addon is not built; tools/libtensorflow/README.md says how';
  return optionalLane('tensorflow', { found: addon, missing }, {});
}

/** Runs all lanes; arguments go to vitest's main lane (such as a file filter), which then runs alone. */
export function runTests(rest) {
  const lanes = [vitest('main', rest)];
  if (rest.length === 0) lanes.push(...browserLane(), ...pytorchLane(), ...tensorflowLane());
  say('');
  for (const { lane, passed, failed, seconds } of lanes) {
    say(`lane ${lane}: ${passed} passed, ${failed} failed in ${seconds.toFixed(0)} s`);
  }
  say(totalsLine(lanes));
  return lanes.some(({ failed }) => failed > 0) ? 1 : 0;
}
