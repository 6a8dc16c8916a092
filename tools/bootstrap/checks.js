/** `npm run check`: types, lint, import direction, and the packed form of every package. */
import { pnpm } from './prepare.js';
import { installed, run, say } from './shell.js';

const CHECKS = [
  ['types', () => run(installed('tsc'), ['-p', 'tsconfig.json', '--noEmit'])],
  ['lint', () => run(installed('oxlint'), ['--quiet'])],
  ['import direction', () => pnpm(['exec', 'turbo', 'boundaries'])],
  ['packed packages', () => pnpm(['exec', 'turbo', 'run', 'check:package', '--output-logs=errors-only'])],
];

/** Runs every check, also after a failure, and lists which passed. */
export function runChecks() {
  const results = CHECKS.map(([name, check]) => ({ name, passed: check() === 0 }));
  say('');
  for (const { name, passed } of results) say(`${passed ? 'passed' : 'FAILED'}  ${name}`);
  return results.every(({ passed }) => passed) ? 0 : 1;
}
