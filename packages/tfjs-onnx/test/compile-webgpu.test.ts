/**
 * Compiled functions and steps on ONNX Runtime's WebGPU provider, on whatever adapter there is: a GPU's driver, or SwiftShader from the
 * system's Chromium, which imitates one on the CPU. Dawn gets a process of its own, with the environment that leads it to the driver.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CHROMIUM = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].find((folder) => existsSync(path.join(folder, 'vk_swiftshader_icd.json')));
const NO_ADAPTER = 'webgpu: skipped, no adapter here; a Vulkan driver, or SwiftShader (Debian: apt install chromium), gives one';
/** float32 on two processors, largest difference relative to the largest value. */
const TOLERANCE = 1e-5;

interface Outcome {
  readonly convolution: number;
  readonly step: number;
  readonly pooling: number;
  readonly refused: string;
  readonly allowed: string;
}

function outcome(): Outcome | { readonly problem: string } {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const chosen = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  const software = chosen !== undefined || CHROMIUM === undefined ? {} : { VK_ICD_FILENAMES: path.join(CHROMIUM, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: `${CHROMIUM}:${process.env['LD_LIBRARY_PATH'] ?? ''}` };
  const parameters = ['--conditions=@mfim/source', '--import', 'tsx', 'test/webgpu-step.ts'];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...software } });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Outcome) : { problem: stderr };
}

test('convolutions, pooling gradients and steps with R1 give the numbers of the CPU; what has no kernel there is refused by name', (context) => {
  const found = outcome();
  if ('problem' in found) {
    expect(found.problem).toMatch(/ONNX Runtime's webgpu provider to work here, got .*(adapter|vulkan)/iu);
    context.skip(NO_ADAPTER);
    return;
  }
  expect(found.convolution).toBeLessThan(TOLERANCE);
  expect(found.pooling).toBeLessThan(TOLERANCE);
  expect(found.step).toBeLessThan(TOLERANCE);
  expect(found.refused).toMatch(/expected every operation to run on webgpu, got operations that it has no kernel for: Cast \(1, such as Cast\).*fallback: 'allow'/);
  expect(JSON.parse(found.allowed)).toEqual([{ operator: 'Cast', count: 1, example: 'Cast' }]);
});
