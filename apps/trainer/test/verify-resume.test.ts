/** The real command in real processes: pretraining and the face regressor on the cpu engine, killed with SIGKILL and resumed. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromFloat32, writeSafetensors } from '@mfim/checkpoints';
import { HEAD_GROUPS } from '@mfim/face3d';
import { expect, test } from 'vitest';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { SIDE, smallFaces, smallHead } from './regression-small-run.ts';

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
  const { status, stdout, stderr } = trainer('verify-resume', 'configs/pretrain-64.yaml', '--out', out, '--steps', '6', '--kills', '2', ...settings);
  expect(stderr).not.toMatch(/Error/);
  expect(stdout).toMatch(/equal bit for bit: \d+ tensors at step 6/);
  expect(status).toBe(0);
  const lines = (await readFile(path.join(out, 'killed', 'metrics.jsonl'), 'utf8')).trim().split('\n').map((line) => (JSON.parse(line) as { step: number }).step);
  expect(lines).toEqual([1, 2, 3, 4, 5, 6]);
  expect((await readdir(path.join(out, 'killed', 'checkpoints'))).filter((name) => name.includes('partial'))).toEqual([]);
  const second = trainer('pretrain', 'configs/pretrain-64.yaml', '--out', path.join(out, 'killed'), ...settings);
  expect([second.status, second.stderr]).toEqual([2, expect.stringMatching(/folder without a run.*mfim-train resume/s)]);
}, 600_000);

/** The small head as files of ICT-FaceKit; weight files are known by their content, whatever their name says. */
async function writeHead(folder: string): Promise<string> {
  const { basis, expressionNames } = smallHead();
  const vertices = basis.mean.length / 3;
  const triangles = Array.from({ length: basis.triangles.length / 3 }, (_, index) => [...basis.triangles.subarray(index * 3, index * 3 + 3), -1]);
  const corners = triangles.map(() => [0, 0, 0, -1]);
  const arrays: Record<string, readonly [readonly number[], ArrayLike<number>]> = {
    neutral: [[vertices, 3], basis.mean],
    identity: [[3, vertices, 3], basis.identity],
    expression: [[2, vertices, 3], basis.expression],
    faces: [[triangles.length, 4], triangles.flat()],
    face_uv: [[triangles.length, 4], corners.flat()],
    uv: [[1, 2], [0, 0]],
    face_group: [[triangles.length], triangles.map(() => HEAD_GROUPS.indexOf('face'))],
  };
  await mkdir(folder);
  const tensors = Object.entries(arrays).map(([name, [shape, data]]) => [name, fromFloat32({ shape, data: Float32Array.from(data) })] as const);
  await writeFile(path.join(folder, 'ict-facekit-light.npz'), writeSafetensors(new Map(tensors)));
  await writeFile(path.join(folder, 'names.json'), JSON.stringify({ expression: expressionNames }));
  await writeFile(path.join(folder, 'vertex_indices.json'), JSON.stringify({ idx_to_landmark_verts: Array.from({ length: 68 }, (_, index) => index) }));
  return folder;
}

/** Labelled faces as `synthesise` writes them. */
async function writeFaces(folder: string): Promise<string> {
  const { training } = smallFaces(smallHead(), 12);
  const writer = await openDatasetWriter(folder, SIDE);
  for (const { dataset, labels } of training) {
    await writer.append(await dataset.read([labels.number]), [{ origin: `rendered/${labels.number}`, split: labels.number < 2 ? 'held-out' : 'train', licence: 'own' }]);
  }
  await writer.close();
  await writeFile(path.join(folder, 'labels.jsonl'), training.map(({ labels }) => `${JSON.stringify(labels)}\n`).join(''));
  return folder;
}

test('law: a face regressor that is killed and resumed ends with the bits of one that was not', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-resume-'));
  const settings = [
    `datasets=[${await writeFaces(path.join(folder, 'faces'))}]`, `model=${await writeHead(path.join(folder, 'head'))}`,
    'engine=cpu', 'points=20', 'network.input=32', 'network.width=0.125', 'network.identity=2', 'batch=4', 'snapshot.measured=2', 'snapshot.rows=1', 'snapshot.columns=2', 'snapshotEvery=4',
  ].flatMap((setting) => ['--set', setting]);
  const out = path.join(folder, 'runs');
  const { status, stdout, stderr } = trainer('verify-resume', 'configs/open-face3d.yaml', '--out', out, '--steps', '6', '--kills', '3', ...settings);
  expect(stderr).not.toMatch(/Error/);
  expect(stdout).toMatch(/equal bit for bit: \d+ tensors at step 6, after [1-3] kills/);
  expect(status).toBe(0);
  const lines = (await readFile(path.join(out, 'killed', 'metrics.jsonl'), 'utf8')).trim().split('\n').map((line) => (JSON.parse(line) as { step: number }).step);
  expect(lines).toEqual([1, 2, 3, 4, 5, 6]);
}, 600_000);
