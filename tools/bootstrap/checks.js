/**
 * `npm run check`: types, lint, import direction, the packed form of every package, and the examples of
 * the readmes. `-- --quick` leaves the packed packages out.
 */
import { pnpm } from './prepare.js';
import { installed, run, say } from './shell.js';

const PACKED_EXAMPLES = 'tools/packed-examples/src/check-packed-examples.ts';

const QUICK_CHECKS = [
  ['types', () => run(installed('tsc'), ['-p', 'tsconfig.json', '--noEmit'])],
  ['lint', () => run(installed('oxlint'), ['--quiet'])],
  ['import direction', () => pnpm(['exec', 'turbo', 'boundaries'])],
];

const PACKED_CHECKS = [
  ['packed packages', () => pnpm(['exec', 'turbo', 'run', 'check:package', '--output-logs=errors-only'])],
  ['examples of the packed packages', () => run(process.execPath, ['--import', 'tsx', PACKED_EXAMPLES])],
];

/** Runs every check, also after a failure, and lists which passed. */
export function runChecks(rest) {
  const checks = rest.includes('--quick') ? QUICK_CHECKS : [...QUICK_CHECKS, ...PACKED_CHECKS];
  const results = checks.map(([name, check]) => ({ name, passed: check() === 0 }));
  say('');
  for (const { name, passed } of results) say(`${passed ? 'passed' : 'FAILED'}  ${name}`);
  return results.every(({ passed }) => passed) ? 0 : 1;
}
