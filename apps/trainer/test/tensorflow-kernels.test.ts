import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

type Answer = readonly [name: string, native: readonly number[], plain: readonly number[]][] | { readonly refusal: string };

function ask(): Answer {
  const program = fileURLToPath(new URL('tensorflow-kernels.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=@mfim/source', '--import', 'tsx', program], { encoding: 'utf8' });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!/^[[{]/u.test(line)) throw new Error(`no answer from the child process: ${stderr}`);
  return JSON.parse(line) as Answer;
}

const answer = ask();
const cases = 'refusal' in answer ? [] : answer;
const reason = 'refusal' in answer ? 'needs TensorFlow: mfim-train engine install tensorflow' : 'TensorFlow and plain JavaScript';
const TOLERANCE = 1e-5;

describe.skipIf(cases.length === 0)(`kernels for TensorFlow (${reason})`, () => {
  test.each(cases.length === 0 ? [['none', [], []] as const] : cases)('%s', (_, native, plain) => {
    expect(native.length).toBe(plain.length);
    const largest = Math.max(...plain.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    for (const [index, value] of plain.entries()) expect(Math.abs((native[index] as number) - value) / largest).toBeLessThan(TOLERANCE);
  });
});
