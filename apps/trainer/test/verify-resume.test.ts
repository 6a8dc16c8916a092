/** The real command in real processes: pretraining on the cpu engine, killed with SIGKILL and resumed. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';

const SIZE = 16;
const app = path.resolve(import.meta.dirname, '..');

async function smallDataset(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-resume-'));
  const writer = await openDatasetWriter(folder, SIZE);
  for (let index = 0; index < 12; index += 1) {
    const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, position) => (position * (index + 3)) % 256);
    await writer.append(pixels, [{ origin: `pattern/${index}`, split: 'train', licence: 'own' }]);
  }
  await writer.close();
  return folder;
}

const trainer = (...options: string[]) =>
  spawnSync(process.execPath, ['--conditions=@mfim/source', '--import', 'tsx', path.join(app, 'src/main.ts'), ...options], { cwd: app, encoding: 'utf8' });

const small = [
  'engine=cpu', `generator.resolution=${SIZE}`, 'generator.channels.base=64', 'generator.channels.maximum=8', 'discriminator.channels.base=64', 'discriminator.channels.maximum=8',
  'batch=4', 'score.images=0', 'saveEvery=2', 'snapshotEvery=4', 'logEvery=1',
].flatMap((setting) => ['--set', setting]);

test('law: a run that is killed and resumed ends with the bits of one that was not, and leaves nothing half-written', async () => {
  const dataset = await smallDataset();
  const out = path.join(dataset, 'runs');
  const settings = [...small, '--set', `dataset=${dataset}`];
  const { status, stdout, stderr } = trainer('verify-resume', 'configs/pretrain-64.yaml', '--pretrain', '--out', out, '--steps', '6', '--kills', '2', ...settings);
  expect(stderr).not.toMatch(/Error/);
  expect(stdout).toMatch(/equal bit for bit: \d+ tensors at step 6/);
  expect(status).toBe(0);
  const lines = (await readFile(path.join(out, 'killed', 'metrics.jsonl'), 'utf8')).trim().split('\n').map((line) => (JSON.parse(line) as { step: number }).step);
  expect(lines).toEqual([1, 2, 3, 4, 5, 6]);
  expect((await readdir(path.join(out, 'killed', 'checkpoints'))).filter((name) => name.includes('partial'))).toEqual([]);
  const second = trainer('pretrain', 'configs/pretrain-64.yaml', '--out', path.join(out, 'killed'), ...settings);
  expect([second.status, second.stderr]).toEqual([2, expect.stringMatching(/folder without a run.*mfim-train resume/s)]);
}, 600_000);
