/**
 * `npm test`: the main lane everywhere, the browser lane where a Chromium is found. Tests of the main
 * lane that need PyTorch or the TensorFlow addon skip themselves; one line says so, and how to get it.
 * Ends with one line of totals.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium, findTensorflowAddon, findTorch } from './optional-parts.js';
import { CACHE, installed, run, say } from './shell.js';
import { countReport, totalsLine } from './totals.js';

const REPORTS = join(CACHE, 'test');
const BROWSER_CONFIG = 'tools/bootstrap/browser.config.js';

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

/** Which optional parts the tests will find; what is missing is told with its cure. */
function findParts() {
  const torch = findTorch();
  say(
    torch === undefined
      ? 'PyTorch: absent, the tests that run it are skipped; `python3 tools/golden/install-torch.py` installs it'
      : `PyTorch: ${torch.version} (${torch.python})`,
  );
  say(
    findTensorflowAddon() === undefined
      ? 'TensorFlow addon: not built, the tests of that engine are skipped; `node tools/libtensorflow/bin/build.js` builds it'
      : 'TensorFlow addon: built',
  );
  return torch === undefined ? {} : { PYTHON: torch.python };
}

function browserLane() {
  const chromium = findChromium();
  if (chromium === undefined) {
    say('lane browser: not run, no Chromium here; install it (Debian: apt-get install chromium) or set CHROMIUM to its path');
    return [];
  }
  return [vitest('browser', ['--config', BROWSER_CONFIG], { CHROMIUM: chromium })];
}

/** Runs all lanes; arguments go to vitest's main lane (such as a file filter), which then runs alone. */
export function runTests(rest) {
  const lanes = [vitest('main', rest, findParts())];
  if (rest.length === 0) lanes.push(...browserLane());
  say('');
  for (const { lane, passed, failed, seconds } of lanes) {
    say(`lane ${lane}: ${passed} passed, ${failed} failed in ${seconds.toFixed(0)} s`);
  }
  say(totalsLine(lanes));
  return lanes.some(({ failed }) => failed > 0) ? 1 : 0;
}
