/** Ctrl-C in `train`, in real processes: the first finishes the step and saves, the second ends at once; neither costs more than steps. */
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { listCheckpoints, newestCheckpoint } from '../src/run/checkpoint-store.ts';
import { compareCheckpoints } from '../src/run/compare-checkpoints.ts';
import { SIZE } from './small-run.ts';
import { patternDataset, start } from './trainer-process.ts';
import type { Watched } from './trainer-process.ts';

const PROCESS_PATIENCE = 600_000;
const silent = (): void => undefined;
const endless = 100_000;

let dataset: string;
beforeAll(async () => {
  dataset = await patternDataset(SIZE);
});

const fresh = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'mfim-interrupt-'));
const train = (folder: string, steps: number): Watched => start('test/small-train-process.ts', [folder, dataset, String(steps)]);

/** The tensors of a run of so many steps in one go are those of this one. */
async function expectStraight(folder: string, steps: number): Promise<void> {
  const straight = await fresh();
  expect(await train(straight, steps).ended).toMatchObject({ code: 0 });
  const [one, other] = [await newestCheckpoint(straight, silent), await newestCheckpoint(folder, silent)];
  expect(compareCheckpoints(one, other)).toMatchObject({ step: steps, different: [] });
}

test('one Ctrl-C finishes the step, saves and exits 130; the resumed run is the one that was not interrupted, bit for bit', async () => {
  const folder = await fresh();
  const run = train(folder, endless);
  await run.says(/step 2\//);
  run.interrupt();
  const { code, output } = await run.ended;
  expect(code).toBe(130);
  expect(output).toMatch(/interrupted: finishing this step and saving/);
  const step = Number(/stopped at step (\d+); saved/.exec(output)?.[1]);
  expect(step).toBeGreaterThanOrEqual(2);
  expect(await listCheckpoints(folder)).toEqual([step]);
  expect(await readdir(folder)).not.toContain('lock.json');
  expect(await train(folder, step + 2).ended).toMatchObject({ code: 0 });
  await expectStraight(folder, step + 2);
}, PROCESS_PATIENCE);

test('a second Ctrl-C ends at once with 130; what is left is whole, and goes on', async () => {
  const folder = await fresh();
  const run = train(folder, endless);
  await run.says(/step 2\//);
  run.interrupt();
  await run.says(/interrupted/);
  run.interrupt();
  expect((await run.ended).code).toBe(130);
  // The save may have been done by then; if so, it is whole.
  for (const step of await listCheckpoints(folder)) expect((await newestCheckpoint(folder, silent)).step).toBe(step);
  const { code, output } = await train(folder, 4).ended;
  expect([code, output]).toEqual([0, expect.not.stringMatching(/damaged/)]);
  expect((await readdir(path.join(folder, 'checkpoints'))).filter((name) => name.includes('partial'))).toEqual([]);
  await expectStraight(folder, Math.max(4, ...(await listCheckpoints(folder))));
}, PROCESS_PATIENCE);
