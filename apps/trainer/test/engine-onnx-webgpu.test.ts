/**
 * Compiled steps with WebGPU on whatever adapter there is: a GPU's driver, or SwiftShader from the system's Chromium, which imitates one on
 * the CPU. Dawn gets a process of its own, with the environment that leads it to the driver.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CHROMIUM = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].find((folder) => existsSync(path.join(folder, 'vk_swiftshader_icd.json')));
const NO_ADAPTER = 'onnx-webgpu: skipped, no adapter here; a Vulkan driver, or SwiftShader (Debian: apt install chromium), gives one';
/** Of one float32 run against another, relative to the largest value; three steps of Adam enlarge what the first gradients differ by. */
const TOLERANCE = 1e-4;

interface Outcome {
  readonly terms: readonly number[];
  readonly weights: readonly number[];
}

function threeSteps(provider: string): Outcome | { readonly problem: string } {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const chosen = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  const software = chosen !== undefined || CHROMIUM === undefined ? {} : { VK_ICD_FILENAMES: path.join(CHROMIUM, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: `${CHROMIUM}:${process.env['LD_LIBRARY_PATH'] ?? ''}` };
  const parameters = ['--conditions=@mfim/source', '--import', 'tsx', 'test/compiled-steps.ts', provider];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...software }, maxBuffer: 2 ** 26 });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Outcome) : { problem: stderr };
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const relative = (a: readonly number[], b: readonly number[]): number => largest(a.map((value, index) => value - (b[index] ?? Number.NaN))) / largest(a);

test('three steps of the objective with R1 give the terms and weights of the CPU; every operation runs on the GPU', (context) => {
  const gpu = threeSteps('webgpu');
  if ('problem' in gpu) {
    expect(gpu.problem).toMatch(/ONNX Runtime's webgpu provider to work here, got .*(adapter|vulkan)/iu);
    context.skip(NO_ADAPTER);
    return;
  }
  const cpu = threeSteps('cpu');
  if ('problem' in cpu) throw new Error(cpu.problem);
  expect(gpu.terms).toHaveLength(cpu.terms.length);
  expect(relative(cpu.terms, gpu.terms)).toBeLessThan(TOLERANCE);
  expect(relative(cpu.weights, gpu.weights)).toBeLessThan(TOLERANCE);
}, 900_000);
