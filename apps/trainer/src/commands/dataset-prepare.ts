/**
 * `mfim-train dataset prepare PATH... --out DIR --licence L`, or with `--config FILE` alone: photos from folders, zips,
 * tars and Parquet files to a dataset with its report; with `--shard 2/8` an eighth of it. `mfim-train dataset merge DIR`: its
 * shards to one dataset. `mfim-train dataset verify DIR`: is it what was written?
 */
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { checkDocument, readDocument } from '../config/read-config.ts';
import { DATASET_SCHEMA, outputsOf } from '../dataset/dataset-config.ts';
import type { DatasetConfig } from '../dataset/dataset-config.ts';
import { verifyDataset } from '../dataset/dataset-hash.ts';
import { mergeShards } from '../dataset/merge-shards.ts';
import { skippedByReason } from '../dataset/preparation-report.ts';
import { prepareDataset } from '../dataset/prepare-dataset.ts';
import type { PreparationProgress, PreparationResult } from '../dataset/prepare-dataset.ts';
import { prepareShard } from '../dataset/prepare-shard.ts';
import { SHARDS_FOLDER, parseShard, shardFolder } from '../dataset/shard.ts';
import type { Shard } from '../dataset/shard.ts';
import { writeReport } from '../dataset/write-report.ts';
import type { WriteReportOptions } from '../dataset/write-report.ts';
import { locked } from '../run/run-lock.ts';
import { openFinder } from './open-finder.ts';
import { say } from './say.ts';

const PROGRESS_EVERY = 50;
const VERIFIED_EVERY = 10_000;
const MOST_REASONS = 10;

interface PrepareFlags {
  readonly config?: string;
  readonly out?: string;
  readonly size?: readonly number[];
  readonly name?: string;
  readonly licence?: string;
  readonly heldOut?: number;
  readonly aligned?: boolean;
  readonly minimumFace?: number;
  readonly maxSkipped?: number;
  readonly keepDuplicates?: boolean;
  readonly duplicateDistance?: number;
  readonly shard?: string;
}

const DEFAULT_SIZE = 64;

async function configOf({ config, ...flags }: Omit<PrepareFlags, 'shard'>, paths: readonly string[]): Promise<DatasetConfig> {
  const given = [...Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`])), ...paths];
  if (config !== undefined) {
    if (given.length === 0) return readDocument(DATASET_SCHEMA, config);
    throw new InputError({ where: `--config ${config}`, expected: 'no other flags and paths, but --shard', got: given.join(' '), remedy: 'write them into the config' });
  }
  if (paths.length === 0) {
    throw new InputError({ where: 'mfim-train dataset prepare', expected: 'paths of photos, or --config FILE', got: 'neither', remedy: 'name a folder, zip, tar or Parquet file' });
  }
  const name = flags.name ?? path.basename(path.resolve(paths[0] as string)).replace(/\.(?:tar\.gz|tgz|tar|zip|parquet)$/iu, '');
  const document = {
    sources: [{ name, paths, licence: flags.licence, heldOut: flags.heldOut }],
    out: flags.out,
    sizes: flags.size ?? [DEFAULT_SIZE],
    aligned: flags.aligned,
    minimumFace: flags.minimumFace,
    maxSkipped: flags.maxSkipped,
    duplicates: { keep: flags.keepDuplicates, distance: flags.duplicateDistance },
  };
  return checkDocument(DATASET_SCHEMA, document, 'mfim-train dataset prepare (see --help)');
}

function sayProgress({ read, count, skipped, duplicates, most }: PreparationProgress): void {
  if (read % PROGRESS_EVERY !== 0) return;
  say(`${read} read, ${count}${most === undefined ? '' : ` of at most ${most}`} in the dataset, ${skipped} skipped, ${duplicates} near-duplicates`);
}

function sayResult({ count, read, skipped, duplicates }: PreparationResult, keep: boolean): void {
  for (const [reason, times] of skippedByReason(skipped).slice(0, MOST_REASONS)) say(`skipped ${times}: ${reason}`);
  say(`${count} images in the dataset; of ${read} photos read ${skipped.length} skipped, ${duplicates.length} near-duplicates ${keep ? 'kept' : 'dropped'}`);
}

async function prepare({ shard: named, ...flags }: PrepareFlags, ...paths: readonly string[]): Promise<void> {
  const config = await configOf(flags, paths);
  const shard = named === undefined ? undefined : parseShard(named, process.env);
  const out = shard === undefined ? config.out : shardFolder(config.out, shard);
  if (shard !== undefined) say(`shard ${shard.index} of ${shard.count} in ${out}`);
  await locked(out, () => fill({ ...config, out }, shard));
  if (shard !== undefined) say(`when all ${shard.count} are done: mfim-train dataset merge ${config.out}`);
}

async function fill(config: DatasetConfig, shard: Shard | undefined): Promise<void> {
  const { out, minimumFace, maxSkipped, duplicates, sources: collections } = config;
  const outputs = outputsOf(config);
  const finder = config.aligned ? 'aligned' : await openFinder();
  const options = { collections, outputs, finder, minimumFace, maxSkipped, duplicates, onUnused: say, onProgress: sayProgress } as const;
  await conclude(await (shard === undefined ? prepareDataset(options) : prepareShard({ ...options, shard, folder: out })), { folder: out, outputs, duplicatesKept: duplicates.keep });
}

/** Says what became of the photos and writes the report. @throws what stopped the run */
async function conclude(result: PreparationResult, about: WriteReportOptions): Promise<void> {
  sayResult(result, about.duplicatesKept);
  const page = await writeReport(result, about);
  if (page !== undefined) say(`report: ${page}`);
  if (result.stopped !== undefined) throw result.stopped;
}

async function merge(_flags: Record<never, never>, folder: string): Promise<void> {
  await locked(folder, async () => {
    const { result, outputs, duplicates } = await mergeShards(folder, (done, total) => {
      if (done % VERIFIED_EVERY === 0) say(`${done} of ${total}`);
    });
    await conclude(result, { folder, outputs, duplicatesKept: duplicates.keep });
    say(`${path.join(folder, SHARDS_FOLDER)} is not needed any more`);
  });
}

async function verify(_flags: Record<never, never>, folder: string): Promise<void> {
  const { count, size, hash, unsummed } = await verifyDataset(folder, (done, total) => {
    if (done % VERIFIED_EVERY === 0) say(`${done} of ${total}`);
  });
  const what = `${count} images of ${size} pixels`;
  if (unsummed === 0) say(`${what}, as they were written; dataset hash ${hash}`);
  else say(`${what}, ${unsummed} of them without stored sums (made by an earlier version): only their length was checked; dataset hash ${hash}`);
}

const number = (brief: string) => ({ kind: 'parsed', parse: Number, optional: true, brief }) as const;
const text = (brief: string) => ({ kind: 'parsed', parse: String, optional: true, brief }) as const;
const yes = (brief: string) => ({ kind: 'boolean', optional: true, withNegated: false, brief }) as const;

/** Prepares a dataset. */
export const prepareCommand = buildCommand({
  func: prepare,
  parameters: {
    flags: {
      config: text('YAML file that says everything; no other flags'),
      out: text('Dataset folder to fill'),
      size: { kind: 'parsed', parse: Number, variadic: ',', optional: true, brief: `Side of the aligned faces in pixels, or several: 64,128. Default ${DEFAULT_SIZE}` },
      name: text('Name of this collection in the index; by default that of the first path'),
      licence: text('Licence of these photos'),
      heldOut: number('Images that are never trained on. Default 0'),
      aligned: yes('The photos are square, aligned faces already'),
      minimumFace: number('Skip faces that are smaller in their photo, in pixels'),
      maxSkipped: number('Stop when more than this share is skipped. Default 0.1'),
      keepDuplicates: yes('List near-duplicates, but keep them'),
      duplicateDistance: number('Bits of 256 in which one photo differs at most. Default 40'),
      shard: text('Only this share of the photos, into DIR/shards: 2/8; or auto in an array job'),
    },
    positional: { kind: 'array', parameter: { parse: String, brief: 'Folder, zip, tar, .tar.gz or Parquet file', placeholder: 'path' } },
  },
  docs: { brief: 'Photos to aligned faces, with a report' },
});

/** Merges shards. */
export const mergeCommand = buildCommand({
  func: merge,
  parameters: { positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Dataset folder with shards in it', placeholder: 'folder' }] } },
  docs: { brief: 'Make one dataset of its shards' },
});

/** Verifies a dataset. */
export const verifyCommand = buildCommand({
  func: verify,
  parameters: { positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Dataset folder', placeholder: 'folder' }] } },
  docs: { brief: 'Hold every pixel against the index' },
});
