import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../', import.meta.url));

function node(script: string): unknown {
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, encoding: 'utf8' });
  return JSON.parse(stdout);
}

describe('bootstrap', () => {
  it('refuses an unknown task with exit code 2 and names the tasks', () => {
    const { status, stderr } = spawnSync(process.execPath, ['run.js', 'tset'], { cwd: folder, encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/got tset; use one of demo, test, check, bench, playground/);
  });

  it('sums the lanes into the last line', () => {
    const lines = node(`
      import { totalsLine } from './totals.js';
      const lane = { passed: 3, failed: 1, skipped: 0 };
      console.log(JSON.stringify([totalsLine([lane, lane]), totalsLine([{ ...lane, skipped: 2 }])]));
    `);
    expect(lines).toEqual(['6 passed, 2 failed', '3 passed, 1 failed, 2 skipped']);
  });

  it('counts a file that could not be collected, and a run that ended badly, as failures', () => {
    const counts = node(`
      import { countReport } from './totals.js';
      const broken = { status: 'failed', assertionResults: [] };
      const report = { numPassedTests: 4, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [broken] };
      console.log(JSON.stringify([countReport(report, 1), countReport(undefined, 1), countReport(undefined, 0)]));
    `);
    expect(counts).toEqual([
      { passed: 4, failed: 1, skipped: 1 },
      { passed: 0, failed: 1, skipped: 0 },
      { passed: 0, failed: 0, skipped: 0 },
    ]);
  });
});
