/** The PyTorch yardstick speaks its protocol, and its four variants draw the same image. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WITHOUT_TORCH, findTorch } from '@mfim/golden';
import { expect, test } from 'vitest';

const python = findTorch(process.env);
const script = fileURLToPath(new URL('../pytorch_generator.py', import.meta.url));
/** Small enough for a test; the layers are as wide as at 1024. */
const RESOLUTION = 16;

test.skipIf(python === undefined)(`answers every command (${python ?? WITHOUT_TORCH})`, () => {
  const input = ['check', 'run nchw-activations', 'run nothing', 'sgemm', 'quit', ''].join('\n');
  const output = execFileSync(python as string, ['-B', script, '--resolution', String(RESOLUTION)], { input, encoding: 'utf8' });
  const answers = output.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(answers).toHaveLength(5);
  const [hello, check, run, refused, sgemm] = answers as [typeof answers[0], ...typeof answers];
  expect(hello).toMatchObject({ hello: 'pytorch-generator', resolution: RESOLUTION, batch: 1 });
  expect(hello?.['variants']).toHaveLength(4);
  expect(check?.['relativeError']).toBeLessThan(1e-4);
  expect(run).toMatchObject({ variant: 'nchw-activations', shape: [1, 3, RESOLUTION, RESOLUTION] });
  expect(run?.['milliseconds']).toBeGreaterThan(0);
  expect(refused?.['error']).toContain("got 'run nothing'");
  expect(sgemm?.['sgemmGflops']).toBeGreaterThan(0);
});
