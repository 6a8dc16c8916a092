/** Shards of a dataset: whoever merges them has what one process would have made, byte for byte. */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildApplication, run } from '@stricli/core';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { datasetCommand } from '../src/commands/dataset.ts';
import { outputsOf } from '../src/dataset/dataset-config.ts';
import { verifyDataset } from '../src/dataset/dataset-hash.ts';
import { sha256 } from '../src/dataset/dataset-writer.ts';
import { mergeShards } from '../src/dataset/merge-shards.ts';
import { prepareDataset } from '../src/dataset/prepare-dataset.ts';
import type { PreparationResult, PrepareDatasetOptions } from '../src/dataset/prepare-dataset.ts';
import { prepareShard } from '../src/dataset/prepare-shard.ts';
import { isInShard, parseShard, shardFolder } from '../src/dataset/shard.ts';
import { writeReport } from '../src/dataset/write-report.ts';
import { noisePng, writeTar } from './small-archives.ts';
import type { Member } from './small-archives.ts';

describe('--shard', () => {
  test.each([
    ['2/8', {}, 2, 8],
    ['1/1', {}, 1, 1],
    ['auto', { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_STEP: '2' }, 4, 4],
    ['auto', { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '4' }, 1, 4],
    ['auto', { AWS_BATCH_JOB_ARRAY_INDEX: '9', AWS_BATCH_JOB_ARRAY_SIZE: '10' }, 10, 10],
    ['auto/10', { CLOUD_RUN_TASK_INDEX: '0', CLOUD_RUN_TASK_COUNT: '10' }, 1, 10],
    ['auto/6', { JOB_COMPLETION_INDEX: '5' }, 6, 6],
  ])('%s with %o', (text, environment, index, count) => {
    expect(parseShard(text, environment as Record<string, string>)).toEqual({ index, count });
  });

  test.each([
    ['0/8', {}],
    ['9/8', {}],
    ['3', {}],
    ['first', {}],
    ['auto', {}],
    ['auto', { JOB_COMPLETION_INDEX: '5' }],
    ['auto/4', { JOB_COMPLETION_INDEX: '4' }],
    ['auto/4', { CLOUD_RUN_TASK_INDEX: '1', CLOUD_RUN_TASK_COUNT: '8' }],
    ['auto', { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_STEP: '1' }],
    ['auto', { SLURM_ARRAY_TASK_ID: 'x', SLURM_ARRAY_TASK_COUNT: '3' }],
  ])('%s with %o is refused with the cure', (text, environment) => {
    expect(() => parseShard(text, environment as Record<string, string>)).toThrow(/--shard .*such as 2\/8.*SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT/u);
  });

  test('law: every name is in one shard', () => {
    fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (origin, count) => {
      const holders = Array.from({ length: count }, (_, position) => position + 1).filter((index) => isInShard(origin, { index, count }));
      expect(holders).toHaveLength(1);
    }));
  });
});

const SIDE = 64;
/** Photos a and b of the chain differ by less than this, and b and c; a and c, and all others, by more. */
const DISTANCE = 95;

async function blend(one: Buffer, other: Buffer): Promise<Buffer> {
  const [first, second] = await Promise.all([one, other].map((png) => sharp(png).removeAlpha().raw().toBuffer()));
  const mixed = Uint8Array.from(first as Buffer, (value, index) => (value + ((second as Buffer)[index] as number)) / 2);
  return sharp(mixed, { raw: { width: SIDE, height: SIDE, channels: 3 } }).png().toBuffer();
}

let source: string;
beforeAll(async () => {
  source = await mkdtemp(path.join(tmpdir(), 'mfim-sharded-'));
  const noise = await Promise.all(Array.from({ length: 12 }, (_, number) => noisePng(number, SIDE)));
  const [a, c] = [noise[0] as Buffer, noise[1] as Buffer];
  await mkdir(path.join(source, 'more'));
  const write = (name: string, bytes: Buffer | string): Promise<void> => writeFile(path.join(source, 'more', name), bytes);
  // The middle of the chain comes second: it is like the first and goes, so that the third, which is like it alone, stays.
  for (const [name, bytes] of [['00.png', a], ['01.png', await blend(a, c)], ['02.png', c], ['03.png', 'spoilt']] as const) await write(name, bytes);
  for (const [number, bytes] of noise.slice(2, 9).entries()) await write(`1${number}.png`, bytes);
  await write('90.png', noise[4] as Buffer);
  await writeTar(path.join(source, 'faces.tar'), noise.slice(9).map((bytes, number): Member => [`${number}.png`, bytes]).concat([['copy.png', noise[2] as Buffer], ['spoilt.png', 'spoilt']]));
});

function optionsFor(out: string, changes: Partial<PrepareDatasetOptions> = {}): PrepareDatasetOptions {
  const collections = [{ name: 'b', paths: [path.join(source, 'faces.tar')], licence: 'CC0', heldOut: 1 }, { name: 'a', paths: [path.join(source, 'more')], licence: 'CC-BY', heldOut: 2 }];
  return { collections, outputs: outputsOf({ out, sizes: [16, 8] }), finder: 'aligned', minimumFace: 0, maxSkipped: 1, duplicates: { distance: DISTANCE, keep: false }, ...changes };
}

const fresh = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'mfim-out-'));

async function shardsIn(out: string, count: number, changes: Partial<PrepareDatasetOptions> = {}): Promise<readonly PreparationResult[]> {
  const results: PreparationResult[] = [];
  for (let index = 1; index <= count; index += 1) {
    const folder = shardFolder(out, { index, count });
    await mkdir(folder, { recursive: true });
    results.push(await prepareShard({ ...optionsFor(folder, changes), shard: { index, count }, folder }));
  }
  return results;
}

async function filesOf(out: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const size of ['8', '16']) {
    files[`${size}/index.json`] = await readFile(path.join(out, size, 'index.json'), 'utf8');
    files[`${size}/images.u8`] = sha256(await readFile(path.join(out, size, 'images.u8')));
  }
  return files;
}

async function reportOf(result: PreparationResult, out: string): Promise<unknown> {
  await writeReport(result, { folder: out, outputs: outputsOf({ out, sizes: [16, 8] }), duplicatesKept: false });
  const { outputs: _, ...report } = JSON.parse(await readFile(path.join(out, 'report.json'), 'utf8')) as Record<string, unknown>;
  return report;
}

describe('merging', () => {
  test.each([1, 2, 5])('law: %i shards merged are the dataset of one process, byte for byte, with its report', async (count) => {
    const [whole, merged] = [await fresh(), await fresh()];
    const straight = await prepareDataset(optionsFor(whole));
    expect(straight.duplicates.map(({ origin, like }) => [origin, like])).toEqual([['a/01.png', 'a/00.png'], ['a/10.png', 'b/faces/copy.png'], ['a/90.png', 'a/12.png']]);
    const parts = await shardsIn(merged, count);
    expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(straight.count + straight.duplicates.length);
    const { result } = await mergeShards(merged);
    expect(await filesOf(merged)).toEqual(await filesOf(whole));
    expect(await reportOf(result, merged)).toEqual(await reportOf(straight, whole));
    await expect(verifyDataset(path.join(merged, '8'))).resolves.toMatchObject({ count: straight.count, unsummed: 0 });
  });

  test('law: kept near-duplicates too; and a merge that is repeated changes nothing', async () => {
    const [whole, merged, keep] = [await fresh(), await fresh(), { duplicates: { distance: DISTANCE, keep: true } }];
    await prepareDataset(optionsFor(whole, keep));
    await shardsIn(merged, 3, keep);
    await mergeShards(merged);
    expect(await filesOf(merged)).toEqual(await filesOf(whole));
    await mergeShards(merged);
    expect(await filesOf(merged)).toEqual(await filesOf(whole));
  });

  test('a merge that met a damaged shard goes on when the shard is whole again', async () => {
    const [whole, merged] = [await fresh(), await fresh()];
    await prepareDataset(optionsFor(whole));
    await shardsIn(merged, 2);
    const pixels = path.join(shardFolder(merged, { index: 2, count: 2 }), '8', 'images.u8');
    const bytes = await readFile(pixels);
    const damaged = Buffer.from(bytes);
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1;
    await writeFile(pixels, damaged);
    await expect(mergeShards(merged)).rejects.toThrow(/expected the pixels that its shard wrote, got others/u);
    await writeFile(pixels, bytes);
    await mergeShards(merged);
    expect(await filesOf(merged)).toEqual(await filesOf(whole));
  });

  test('shards that are missing, not done, of another count or of other settings are refused, with the command that helps', async () => {
    const out = await fresh();
    await expect(mergeShards(out)).rejects.toThrow(/expected shards, got none.*--shard 1\/4/u);
    await shardsIn(out, 3);
    const second = shardFolder(out, { index: 2, count: 3 });
    const manifest = path.join(second, 'shard.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"complete": true', '"complete": false'));
    await expect(mergeShards(out)).rejects.toThrow(/3 whole shards, got shard 2 missing or not done.*--shard 2\/3/u);
    await writeFile(manifest, text.replace('"minimumFace": 0', '"minimumFace": 5'));
    await expect(mergeShards(out)).rejects.toThrow(/settings of shard 1.*in shard 2/u);
    await writeFile(manifest, '{');
    await expect(mergeShards(out)).rejects.toThrow(/manifest of a shard, got no JSON/u);
    await rm(second, { recursive: true });
    await expect(mergeShards(out)).rejects.toThrow(/shard 2 missing/u);
    await shardsIn(out, 2);
    await expect(mergeShards(out)).rejects.toThrow(/shards of 2 and of 3|shards of 3 and of 2/u);
    expect(await readdir(out)).toEqual(['shards']);
  });

  test('a shard that stopped is not done; its repetition is', async () => {
    const out = await fresh();
    await shardsIn(out, 2);
    const folder = shardFolder(out, { index: 1, count: 2 });
    const cut = path.join(source, 'cut.tar');
    const whole = await readFile(path.join(source, 'faces.tar'));
    await writeFile(cut, whole.subarray(0, whole.length / 2));
    const collections = optionsFor(out).collections.map((collection) => ({ ...collection, paths: collection.name === 'b' ? [cut] : collection.paths }));
    const stopped = await prepareShard({ ...optionsFor(folder, { collections }), shard: { index: 1, count: 2 }, folder });
    expect(stopped.stopped?.message).toMatch(/whole tar file/u);
    await expect(mergeShards(out)).rejects.toThrow(/shard 1 missing or not done/u);
    await prepareShard({ ...optionsFor(folder), shard: { index: 1, count: 2 }, folder });
    await expect(mergeShards(out)).resolves.toMatchObject({ result: { count: 12 } });
  });
});

describe('the commands', () => {
  afterEach(() => vi.unstubAllEnvs());

  async function call(...inputs: readonly string[]): Promise<string> {
    let stderr = '';
    const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const seen = { stdout: { write: () => true }, stderr: { write: (text: string) => void (stderr += text) }, exitCode: undefined };
    const application = buildApplication(datasetCommand, { name: 'dataset', scanner: { caseStyle: 'allow-kebab-for-camel' } });
    await run(application, inputs, { process: seen as never }).finally(() => said.mockRestore());
    return stderr;
  }

  test('an array job of two tasks, then a merge: what one command gives', async () => {
    const [whole, merged] = [await fresh(), await fresh()];
    const flags = ['--size', '8', '--licence', 'CC0', '--held-out', '2', '--aligned', '--max-skipped', '1'];
    expect(await call('prepare', path.join(source, 'more'), '--out', whole, ...flags)).toBe('');
    for (const task of ['4', '5']) {
      vi.stubEnv('SLURM_ARRAY_TASK_ID', task);
      vi.stubEnv('SLURM_ARRAY_TASK_COUNT', '2');
      vi.stubEnv('SLURM_ARRAY_TASK_MIN', '4');
      expect(await call('prepare', path.join(source, 'more'), '--out', merged, '--shard', 'auto', ...flags)).toBe('');
    }
    expect(await call('merge', merged)).toBe('');
    for (const name of ['index.json', 'images.u8']) expect(sha256(await readFile(path.join(merged, name)))).toBe(sha256(await readFile(path.join(whole, name))));
    expect(await call('prepare', path.join(source, 'more'), '--out', merged, '--shard', '3', ...flags)).toMatch(/--shard 3: expected/u);
  });
});
