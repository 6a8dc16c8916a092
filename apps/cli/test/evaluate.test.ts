import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { portraitPath } from '../src/demo/demo-plan.ts';
import type { EvaluationSummary } from '../src/evaluate/summarise.ts';
import { callMfim } from './call-mfim.ts';
import { writeFaceModel } from './small-face-model.ts';
import { writeTinyBundle } from './tiny-bundle.ts';

/** LPIPS weights beside the checkout; not ours to ship. */
const lpips = fileURLToPath(new URL('../../../../shared/data/weights/lpips', import.meta.url));

// Whole swaps: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfim-evaluate-'));
  await writeTinyBundle(join(folder, 'model'));
  await mkdir(join(folder, 'photos'));
  for (const number of [10, 18]) await cp(portraitPath(number), join(folder, 'photos', `${number}.png`));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function evaluate(...rest: string[]): Promise<EvaluationSummary> {
  const call = ['evaluate', '--photos', join(folder, 'photos'), '--model', join(folder, 'model'), '--pairs', '2', '--json'];
  const { code, stdout, stderr } = await callMfim([...call, ...rest]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as EvaluationSummary;
}

it('measures random pairs, the same for the same seed, and draws a sheet', async () => {
  const sheet = join(folder, 'sheet.png');
  const first = await evaluate('--sheet', sheet);
  expect(first.pairs).toBe(2);
  expect(Object.keys(first.toTarget)).toEqual(['l1', 'psnr', 'ssim']);
  expect(first.reconstruction['l1']).toBeGreaterThan(0);
  expect(Math.abs(first.identity.targetToSource)).toBeLessThan(1);
  expect(existsSync(sheet)).toBe(true);
  expect(await evaluate()).toEqual(first);
});

it('measures shape, pose and expression by a face regressor; what it doubts is counted and never zero', async () => {
  const sure = await evaluate('--face3d', await writeFaceModel(join(folder, 'sure')));
  expect(sure.faces3d).toMatchObject({ network: 'same-for-all', doubtedPairs: 0 });
  // The same is said of every face, nearly.
  for (const value of [sure.faces3d?.shapeToSource, sure.faces3d?.poseToTarget, sure.faces3d?.expressionToTarget]) expect(value).toBeLessThan(1e-2);
  const doubting = await evaluate('--face3d', await writeFaceModel(join(folder, 'doubting'), { deviation: 3 }));
  expect(doubting.faces3d).toMatchObject({ shapeToSource: null, targetShapeToSource: null, poseToTarget: null, expressionToTarget: null, doubtedPairs: 2 });
  const { code, stderr } = await callMfim(['evaluate', '--photos', join(folder, 'photos'), '--model', join(folder, 'model'), '--pairs', '1', '--face3d', join(folder, 'absent')]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('face3d.json')]);
});

it.skipIf(!existsSync(lpips))('adds LPIPS (skipped where its weights are not beside the checkout)', async () => {
  expect((await evaluate('--lpips', lpips)).toTarget['lpips-squeeze']).toBeGreaterThan(0);
});
