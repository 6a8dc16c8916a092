/** A run in a few numbers: what `mfim-train status` says. */
import { z } from 'zod';
import { standingAlarms } from '../watch/alarms/alarm-board.ts';
import type { AlarmEvent } from '../watch/alarms/alarm.ts';
import { displayDuration } from '../watch/display-number.ts';
import type { MetricsRecord } from '../watch/metrics-record.ts';
import type { CheckpointFile } from './last-checkpoint.ts';
import type { RunReading } from './read-run.ts';
import type { RunActivity } from './run-activity.ts';

/** Newest records that the speed is the mean of. */
const RECENT = 10;
/** A running run is called silent after so many times its usual interval. */
const SILENT_INTERVALS = 5;
const SECOND = 1000;

/** Only what is needed here: the folder may be of another version. */
const CONFIG = z.object({
  name: z.string().optional().catch(undefined),
  steps: z.number().positive().optional().catch(undefined),
  batch: z.number().positive().optional().catch(undefined),
});

/** All that is not known is left out. Times in seconds. */
export interface RunSummary {
  readonly folder: string;
  readonly name?: string;
  readonly activity: RunActivity;
  readonly step: number;
  readonly steps?: number;
  readonly kimg?: number;
  readonly imagesPerSecond?: number;
  readonly secondsPerStep?: number;
  readonly waitingShare?: number;
  readonly memoryBytes?: number;
  /** Time to the last step at the recent speed. */
  readonly secondsLeft?: number;
  readonly lastRecordAge?: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Newest value of each. */
  readonly readings: Readonly<Record<string, number>>;
  readonly checkpoint?: CheckpointFile & { readonly age: number };
  readonly snapshots: number;
  readonly standingAlarms: readonly AlarmEvent[];
  readonly raisedAlarms: number;
  readonly notes: readonly string[];
}

const mean = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length);

/** Drops what is `undefined`. */
function known<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function speedOf(records: readonly MetricsRecord[], batch: number | undefined): { readonly secondsPerStep?: number; readonly imagesPerSecond?: number } {
  const recent = records.slice(-RECENT);
  const imagesPerSecond = mean(recent.flatMap((record) => record.imagesPerSecond ?? []));
  const measured = mean(recent.flatMap((record) => record.secondsPerStep ?? []));
  const derived = imagesPerSecond === undefined || batch === undefined ? undefined : batch / imagesPerSecond;
  return known({ imagesPerSecond, secondsPerStep: measured ?? derived });
}

function silence({ activity, records }: RunReading, age: number | undefined): readonly string[] {
  const [before, last] = [records.at(-2), records.at(-1)];
  if (activity.state !== 'running' || before === undefined || last === undefined || age === undefined) return [];
  const interval = (Date.parse(last.time) - Date.parse(before.time)) / SECOND;
  if (!(age > SILENT_INTERVALS * interval)) return [];
  return [`no record for ${displayDuration(age)}, though they came every ${displayDuration(interval)}: the run may hang`];
}

/** @param now milliseconds since 1970 */
export function summariseRun(run: RunReading, now: number): RunSummary {
  const config = CONFIG.safeParse(run.config).data ?? {};
  const last = run.records.at(-1);
  const step = Math.max(last?.step ?? 0, run.checkpoint?.step ?? 0);
  const speed = speedOf(run.records, config.batch);
  const age = (time: string): number => Math.max(0, (now - Date.parse(time)) / SECOND);
  const lastRecordAge = last === undefined || Number.isNaN(Date.parse(last.time)) ? undefined : age(last.time);
  const secondsLeft = config.steps === undefined || speed.secondsPerStep === undefined ? undefined : Math.max(0, config.steps - step) * speed.secondsPerStep;
  return {
    folder: run.folder,
    activity: run.activity,
    step,
    ...known({ name: config.name, steps: config.steps, kimg: last?.kimg, waitingShare: last?.waitingShare, memoryBytes: last?.memoryBytes }),
    ...speed,
    ...known({ secondsLeft, lastRecordAge }),
    terms: last?.terms ?? {},
    readings: Object.assign({}, ...run.readings.map(({ readings }) => readings)) as Record<string, number>,
    ...(run.checkpoint === undefined ? {} : { checkpoint: { ...run.checkpoint, age: age(run.checkpoint.savedAt) } }),
    snapshots: run.snapshots.length,
    standingAlarms: standingAlarms(run.alarms),
    raisedAlarms: run.alarms.filter(({ event }) => event === 'raised').length,
    notes: [...run.notes, ...silence(run, lastRecordAge)],
  };
}
