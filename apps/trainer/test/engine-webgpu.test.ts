/**
 * The engine webgpu on whatever adapter there is: a GPU's driver, or SwiftShader from the system's Chromium, which imitates one on the CPU.
 * Dawn gets a process of its own, with the environment that leads it to the driver.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const CHROMIUM = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].find((folder) => existsSync(path.join(folder, 'vk_swiftshader_icd.json')));
const NO_ADAPTER = 'webgpu: skipped, no adapter here; a Vulkan driver, or SwiftShader (Debian: apt install chromium), gives one';
/** Losses and weights of one float32 run against another: 1e-5 relative to values of about 1. */
const TOLERANCE = 1e-5;

interface Outcome {
  readonly device: { readonly kind: string; readonly name: string };
  readonly losses: readonly number[];
  readonly weights: readonly number[];
}

/** The process's answer, or what it said instead of one. */
function fiveSteps(engine: string): Outcome | string {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const chosen = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  const software = chosen !== undefined || CHROMIUM === undefined ? {} : { VK_ICD_FILENAMES: path.join(CHROMIUM, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: `${CHROMIUM}:${process.env['LD_LIBRARY_PATH'] ?? ''}` };
  const parameters = ['--conditions=@mfim/source', '--import', 'tsx', 'test/engine-adam-steps.ts', engine];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...software } });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Outcome) : stderr;
}

const difference = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));

describe('webgpu', () => {
  test('five Adam steps with R1 give the losses and weights of cpu', (context) => {
    const gpu = fiveSteps('webgpu');
    if (typeof gpu === 'string') {
      expect(gpu).toMatch(/openEngine\("webgpu"\)|webgpu/u);
      context.skip(NO_ADAPTER);
      return;
    }
    const cpu = fiveSteps('cpu');
    if (typeof cpu === 'string') throw new Error(cpu);
    expect(gpu.losses.at(-1)).toBeLessThan(gpu.losses[0] ?? 0);
    expect(gpu.losses).toHaveLength(cpu.losses.length);
    expect(gpu.weights).toHaveLength(cpu.weights.length);
    expect(difference(gpu.losses, cpu.losses)).toBeLessThan(TOLERANCE);
    expect(difference(gpu.weights, cpu.weights)).toBeLessThan(TOLERANCE);
  });
});
