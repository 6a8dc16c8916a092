/** Reads what a run's folder says, whatever of it is there; what is missing or damaged becomes a note. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { readAlarms } from '../watch/alarms/alarm-log.ts';
import type { AlarmEvent } from '../watch/alarms/alarm.ts';
import { metricsRecordOf, readingsRecordOf } from '../watch/metrics-record.ts';
import type { MetricsRecord, ReadingsRecord } from '../watch/metrics-record.ts';
import { parseStepLog, readIfPresent } from '../watch/read-step-log.ts';
import { ALARMS_FILE, CONFIG_FILE, FACTS_FILE, LOCK_FILE, METRICS_FILE, READINGS_FILE, SNAPSHOTS_FOLDER } from '../watch/run-files.ts';
import { lastCheckpoint } from './last-checkpoint.ts';
import type { CheckpointFile } from './last-checkpoint.ts';
import { runActivity } from './run-activity.ts';
import type { RunActivity } from './run-activity.ts';

/** A picture of a run. */
export interface SnapshotFile {
  readonly step: number;
  readonly file: string;
  readonly bytes: number;
}

/** A run as its folder shows it. Steps ascend everywhere. */
export interface RunReading {
  readonly folder: string;
  readonly config: unknown;
  readonly facts: unknown;
  readonly records: readonly MetricsRecord[];
  readonly readings: readonly ReadingsRecord[];
  readonly alarms: readonly AlarmEvent[];
  readonly snapshots: readonly SnapshotFile[];
  readonly checkpoint: CheckpointFile | undefined;
  readonly activity: RunActivity;
  /** What is missing or damaged, for people. */
  readonly notes: readonly string[];
}

async function readJson(file: string, notes: string[]): Promise<unknown> {
  const text = await readIfPresent(file);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    notes.push(`${path.basename(file)} is damaged and was left out`);
    return undefined;
  }
}

async function readLog<Entry extends { readonly step: number }>(file: string, parse: (value: unknown) => Entry | undefined, notes: string[]): Promise<readonly Entry[]> {
  const { records, damaged, torn } = parseStepLog(await readIfPresent(file), parse);
  if (damaged > 0) notes.push(`${path.basename(file)}: ${damaged} damaged ${damaged === 1 ? 'line' : 'lines'} left out${torn ? ' (the last one is being written, or was torn by a crash)' : ''}`);
  return records;
}

async function listSnapshots(folder: string): Promise<readonly SnapshotFile[]> {
  const found: SnapshotFile[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const step = /^(\d+)\.png$/.exec(name)?.[1];
    const facts = step === undefined ? undefined : await stat(path.join(folder, name)).catch(() => undefined);
    if (step !== undefined && facts?.isFile() === true) found.push({ step: Number(step), file: path.join(folder, name), bytes: facts.size });
  }
  return found.toSorted((one, other) => one.step - other.step);
}

async function assertRun(folder: string): Promise<void> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new InputError({ where: folder, expected: 'the folder of a run', got: String(cause), remedy: 'name a folder that mfim-train train made', cause });
  });
  if (names.some((name) => [CONFIG_FILE, METRICS_FILE, LOCK_FILE].includes(name))) return;
  throw new InputError({
    where: folder,
    expected: `the folder of a run, with ${CONFIG_FILE} or ${METRICS_FILE}`,
    got: names.length === 0 ? 'an empty folder' : `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', ...' : ''}`,
    remedy: 'name a folder that mfim-train train made',
  });
}

/**
 * @throws InputError when the folder is no run
 */
export async function readRun(folder: string): Promise<RunReading> {
  await assertRun(folder);
  const notes: string[] = [];
  const at = (name: string): string => path.join(folder, name);
  const config = await readJson(at(CONFIG_FILE), notes);
  const facts = await readJson(at(FACTS_FILE), notes);
  const records = await readLog(at(METRICS_FILE), metricsRecordOf, notes);
  if (config === undefined) notes.push(`no ${CONFIG_FILE}: where the run ends is not known`);
  if (facts === undefined) notes.push(`no ${FACTS_FILE}: versions, machine, engine and dataset are not known`);
  if (records.length === 0) notes.push('no record yet: the first comes after logEvery steps');
  return {
    folder,
    config,
    facts,
    records,
    readings: await readLog(at(READINGS_FILE), readingsRecordOf, notes),
    alarms: await readAlarms(at(ALARMS_FILE)),
    snapshots: await listSnapshots(at(SNAPSHOTS_FOLDER)),
    checkpoint: await lastCheckpoint(folder),
    activity: runActivity(await readJson(at(LOCK_FILE), notes)),
    notes,
  };
}
