/**
 * One of several equal shares of a job, each for a process of its own: `--shard 2/8`, or `--shard auto` under a scheduler that numbers
 * its tasks. A photo belongs to a shard by the SHA-256 of its name, so that no shard needs to know of the others, and photos that
 * join later change nothing about the earlier ones.
 */
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { sha256 } from './dataset-writer.ts';

/** The shard `index` of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Where the shards of a dataset lie inside its folder. */
export const SHARDS_FOLDER = 'shards';

/** Environment variables by which a scheduler tells a task its number, counted from `first` (0 where it is not named) in steps. */
interface Scheduler {
  readonly index: string;
  readonly count?: string;
  readonly first?: string;
  readonly step?: string;
}

const SCHEDULERS: readonly Scheduler[] = [
  { index: 'SLURM_ARRAY_TASK_ID', count: 'SLURM_ARRAY_TASK_COUNT', first: 'SLURM_ARRAY_TASK_MIN', step: 'SLURM_ARRAY_TASK_STEP' },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT' },
  // Indexed Jobs of Kubernetes do not say how many there are.
  { index: 'JOB_COMPLETION_INDEX' },
];

type Environment = Readonly<Record<string, string | undefined>>;

const FORM = /^(?:(?<index>\d+)|auto)(?:\/(?<count>\d+))?$/u;
const DIGITS = 4;
/** Hexadecimal digits of a name's hash that choose its shard: 48 bits. */
const CHOOSING_DIGITS = 12;
const HEX_BASE = 16;

function refusal(where: string, got: string): InputError {
  return new InputError({
    where: `--shard ${where}`,
    expected: 'a shard and their count, such as 2/8, from 1/8 to 8/8; or auto, auto/8 in an array job',
    got,
    remedy: `write both numbers; auto reads ${SCHEDULERS.map(({ index, count }) => (count === undefined ? index : `${index} and ${count}`)).join(', or ')}`,
  });
}

function numberIn(environment: Environment, name: string | undefined): number | undefined {
  const text = name === undefined ? undefined : environment[name];
  return text === undefined || !/^\d+$/u.test(text) ? undefined : Number(text);
}

function scheduled(text: string, environment: Environment, named: number | undefined): Shard {
  const scheduler = SCHEDULERS.find(({ index }) => numberIn(environment, index) !== undefined);
  if (scheduler === undefined) throw refusal(text, 'none of these variables');
  const own = numberIn(environment, scheduler.index) as number;
  const told = numberIn(environment, scheduler.count);
  const count = named ?? told;
  if (count === undefined) throw refusal(text, `${scheduler.index}=${own} without a count`);
  if (told !== undefined && told !== count) throw refusal(text, `${scheduler.count}=${told}`);
  const index = 1 + (own - (numberIn(environment, scheduler.first) ?? 0)) / (numberIn(environment, scheduler.step) ?? 1);
  if (!Number.isInteger(index) || index < 1 || index > count) throw refusal(text, `${scheduler.index}=${own} of ${count}`);
  return { index, count };
}

/** @throws InputError when the text is no shard, or the environment does not name one */
export function parseShard(text: string, environment: Environment): Shard {
  const groups = FORM.exec(text)?.groups;
  if (groups === undefined) throw refusal(text, text);
  const count = groups['count'] === undefined ? undefined : Number(groups['count']);
  if (groups['index'] === undefined) return scheduled(text, environment, count);
  const index = Number(groups['index']);
  if (count === undefined || index < 1 || index > count) throw refusal(text, text);
  return { index, count };
}

/** Whether a photo belongs to a shard. */
export function isInShard(origin: string, { index, count }: Shard): boolean {
  return Number.parseInt(sha256(origin).slice(0, CHOOSING_DIGITS), HEX_BASE) % count === index - 1;
}

const digits = (value: number): string => String(value).padStart(DIGITS, '0');

/** The folder of a shard inside that of its dataset. */
export function shardFolder(dataset: string, { index, count }: Shard): string {
  return path.join(dataset, SHARDS_FOLDER, `${digits(index)}-of-${digits(count)}`);
}
