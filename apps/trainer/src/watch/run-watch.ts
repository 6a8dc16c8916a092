/**
 * Everything that one watches of a run, opened together: `metrics.jsonl`, `readings.jsonl`, `alarms.jsonl`,
 * TensorBoard events in `tensorboard/`, the live line and the alarms.
 */
import path from 'node:path';
import { AlarmBoard } from './alarms/alarm-board.ts';
import { openAlarmLog } from './alarms/alarm-log.ts';
import type { AlarmLog } from './alarms/alarm-log.ts';
import type { Alarm, AlarmKind } from './alarms/alarm.ts';
import { collapseToTarget } from './alarms/collapse-to-target.ts';
import { deadCodes } from './alarms/dead-codes.ts';
import { discriminatorSaturated } from './alarms/discriminator-saturated.ts';
import type { NonFiniteValue } from './alarms/first-non-finite.ts';
import { assertFinite, nonFiniteAlarm } from './alarms/non-finite.ts';
import { openEventFile } from './events/event-file.ts';
import type { EventFile } from './events/event-file.ts';
import { liveLine } from './live-line.ts';
import { LiveOutput } from './live-output.ts';
import type { Terminal } from './live-output.ts';
import { metricsRecordOf, readingsRecordOf } from './metrics-record.ts';
import type { MetricsRecord, ReadingsRecord } from './metrics-record.ts';
import { ALARMS_FILE, EVENTS_FOLDER, METRICS_FILE, READINGS_FILE } from './run-files.ts';
import { sheetOf } from './snapshot-sheet.ts';
import type { SnapshotSheet } from './snapshot-sheet.ts';
import { openStepLog } from './step-log.ts';
import type { StepLog } from './step-log.ts';

/** Records that alarms look back at; more than any window. */
const REMEMBERED = 32;

/** What to watch. */
export interface WatchRequest {
  readonly folder: string;
  /** Where the run ends. */
  readonly steps: number;
  /** Step of the checkpoint that the run continues from; left out when it starts anew. */
  readonly resumeStep?: number;
  /** First step at which the identity term counts. */
  readonly identityFrom: number;
  /** Shown in TensorBoard as text; says what the snapshots show. */
  readonly config: unknown;
  readonly terminal: Terminal;
}

/** A grid as it was written. */
export interface SnapshotPicture {
  readonly step: number;
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface Parts {
  readonly output: LiveOutput;
  readonly metrics: StepLog<MetricsRecord>;
  readonly readings: StepLog<ReadingsRecord>;
  readonly alarms: AlarmLog;
  readonly events: EventFile;
}

const timed = <Entry extends object>(entry: Entry): Entry & { readonly time: string } => ({ time: new Date().toISOString(), ...entry });

/** See the file's head. Every method but `say` and `histogram` writes before it resolves, and throws InputError when the disk is full. */
export class RunWatch {
  private readonly request: WatchRequest;
  private readonly parts: Parts;
  private readonly sheet: SnapshotSheet;
  private readonly board = new AlarmBoard();
  private records: readonly MetricsRecord[];
  private readings: readonly ReadingsRecord[];

  constructor(request: WatchRequest, parts: Parts) {
    this.request = request;
    this.parts = parts;
    this.sheet = sheetOf(request.config);
    this.records = parts.metrics.earlier.slice(-REMEMBERED);
    this.readings = parts.readings.earlier.slice(-REMEMBERED);
  }

  /** A line for the person who watches. */
  say(line: string): void {
    this.parts.output.say(line);
  }

  /** Alarms that stand. */
  activeAlarms(): readonly Alarm[] {
    return this.board.active();
  }

  /**
   * Takes in what is known since the last record, every `logEvery` steps.
   *
   * @param findNonFinite looks for the parameter to name; called only when a term is not finite
   * @throws NonFiniteError when a term is NaN or infinite, after it was written down
   */
  async record(entry: Omit<MetricsRecord, 'time'>, findNonFinite?: () => NonFiniteValue | undefined | Promise<NonFiniteValue | undefined>): Promise<void> {
    const record: MetricsRecord = timed(entry);
    const { events, metrics, output } = this.parts;
    this.records = [...this.records, record].slice(-REMEMBERED);
    await metrics.append(record);
    output.update(liveLine(record, this.request.steps));
    for (const [name, value] of Object.entries(record.terms)) events.scalar(record.step, `terms/${name}`, value);
    for (const name of ['kimg', 'imagesPerSecond', 'secondsPerStep', 'waitingShare', 'memoryBytes'] as const) {
      const value = record[name];
      if (value !== undefined) events.scalar(record.step, `progress/${name}`, value);
    }
    await events.flush();
    await this.check('discriminator-saturated', record.step, discriminatorSaturated(this.records));
    if (Object.values(record.terms).some((value) => !Number.isFinite(value))) await this.stop(record.step, record.terms, await findNonFinite?.());
  }

  /**
   * Stops the run when a parameter is not finite. Call it before a checkpoint is written over.
   *
   * @throws NonFiniteError that names it, after it was written down
   */
  async assertFiniteParameters(step: number, tensor: NonFiniteValue | undefined): Promise<void> {
    if (tensor !== undefined) await this.stop(step, {}, tensor);
  }

  /** What was measured at a snapshot: `identityToSource`, `identityToTarget`, `codeDeviation`, and any other number. */
  async measured(step: number, readings: Readonly<Record<string, number>>): Promise<void> {
    const record = timed({ step, readings });
    this.readings = [...this.readings, record].slice(-REMEMBERED);
    await this.parts.readings.append(record);
    for (const [name, value] of Object.entries(readings)) this.parts.events.scalar(step, `${this.sheet.section}/${name}`, value);
    await this.parts.events.flush();
    await this.check('collapse-to-target', step, collapseToTarget(this.readings, this.request.identityFrom));
    await this.check('dead-codes', step, deadCodes(this.readings));
  }

  /** Shows a snapshot grid in TensorBoard; the file in `snapshots/` is the caller's. */
  async snapshot({ step, ...picture }: SnapshotPicture): Promise<void> {
    this.parts.events.image(step, this.sheet.tag, picture);
    await this.parts.events.flush();
  }

  /** Goes out with the next record. */
  histogram(step: number, tag: string, values: Float32Array): void {
    this.parts.events.histogram(step, tag, values);
  }

  /** Ends the live line and closes every file. */
  async close(): Promise<void> {
    const { output, metrics, readings, alarms, events } = this.parts;
    output.end();
    const results = await Promise.allSettled([events.close(), metrics.close(), readings.close(), alarms.close()]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  private async stop(step: number, terms: Readonly<Record<string, number>>, tensor: NonFiniteValue | undefined): Promise<void> {
    const evidence = { step, terms, tensor };
    await this.check('non-finite', step, nonFiniteAlarm(evidence));
    assertFinite(evidence);
  }

  private async check(kind: AlarmKind, step: number, found: Alarm | undefined): Promise<void> {
    const event = this.board.check(kind, step, found);
    if (event === undefined) return;
    this.say(`${event.event === 'raised' ? 'ALARM' : 'alarm cleared'} ${kind} at step ${step}: ${event.message}`);
    await this.parts.alarms.append(event);
  }
}

const asMarkdown = (config: unknown): string => `\`\`\`json\n${JSON.stringify(config, null, 2)}\n\`\`\``;

/**
 * Opens the logs of a run that starts or continues. What earlier attempts wrote about steps after
 * `resumeStep` is dropped.
 *
 * @throws InputError when the folder cannot be written to
 */
export async function openRunWatch(request: WatchRequest): Promise<RunWatch> {
  const { folder, resumeStep } = request;
  const resumed = resumeStep === undefined ? {} : { resumeStep };
  const parts: Parts = {
    output: new LiveOutput(request.terminal),
    metrics: await openStepLog(path.join(folder, METRICS_FILE), { parse: metricsRecordOf, ...resumed }),
    readings: await openStepLog(path.join(folder, READINGS_FILE), { parse: readingsRecordOf, ...resumed }),
    alarms: await openAlarmLog(path.join(folder, ALARMS_FILE), resumeStep ?? 0),
    events: await openEventFile(path.join(folder, EVENTS_FOLDER), resumeStep),
  };
  const { dropped } = parts.metrics;
  if (dropped > 0) parts.output.say(`${dropped} records after step ${resumeStep ?? 0} dropped from ${METRICS_FILE}`);
  parts.events.text(resumeStep ?? 0, 'config', asMarkdown(request.config));
  await parts.events.flush();
  return new RunWatch(request, parts);
}
