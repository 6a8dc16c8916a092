/** `alarms.jsonl`: what was raised and cleared. Nothing is dropped from it; a resume clears what still stood. */
import { appendFile } from 'node:fs/promises';
import { openAppendOnly } from '../append-only-file.ts';
import type { AppendOnlyFile } from '../append-only-file.ts';
import { recordLine } from '../metrics-record.ts';
import { readIfPresent } from '../read-step-log.ts';
import { alarmEventOf } from './alarm.ts';
import type { AlarmEvent } from './alarm.ts';
import { standingAlarms } from './alarm-board.ts';

/** The events of a file, in its order; lines that are none (a torn one) are left out. Absent: none. */
export async function readAlarms(file: string): Promise<readonly AlarmEvent[]> {
  return (await readIfPresent(file)).split('\n').flatMap((line) => {
    try {
      const event = alarmEventOf(JSON.parse(line));
      return event === undefined ? [] : [event];
    } catch {
      return [];
    }
  });
}

/** Appends events. */
export class AlarmLog {
  private readonly file: AppendOnlyFile;

  constructor(file: AppendOnlyFile) {
    this.file = file;
  }

  /** @throws InputError when the disk is full */
  async append(event: AlarmEvent): Promise<void> {
    await this.file.append(Buffer.from(`${recordLine(event)}\n`));
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/**
 * Opens the log of a run that starts or continues.
 *
 * @param step where it does; alarms that stand are cleared there
 */
export async function openAlarmLog(file: string, step: number): Promise<AlarmLog> {
  const text = await readIfPresent(file);
  if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n');
  const standing = standingAlarms(await readAlarms(file));
  const log = new AlarmLog(await openAppendOnly(file));
  const time = new Date().toISOString();
  for (const { kind, step: raised } of standing) {
    await log.append({ time, event: 'cleared', kind, step, message: `the run was started again from step ${step}; raised at step ${raised}` });
  }
  return log;
}
