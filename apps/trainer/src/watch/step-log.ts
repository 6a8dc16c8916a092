/**
 * An append-only file of JSON lines that each bear a step: `metrics.jsonl`, `readings.jsonl`. When a run
 * continues from a checkpoint, the lines after the checkpoint's step and those that are torn are dropped, in a
 * copy that is synced and renamed; so curves have no step twice, and a crash on the way loses nothing.
 */
import { replaceFile } from '../files/replace-file.ts';
import { openAppendOnly } from './append-only-file.ts';
import type { AppendOnlyFile } from './append-only-file.ts';
import { recordLine } from './metrics-record.ts';
import { parseStepLog, readIfPresent } from './read-step-log.ts';
import type { RecordParser } from './read-step-log.ts';

/** See `openStepLog`. */
export class StepLog<Entry extends { readonly step: number }> {
  /** Lines that opening dropped. */
  readonly dropped: number;
  /** What the file held when it was opened, after dropping. */
  readonly earlier: readonly Entry[];
  private readonly file: AppendOnlyFile;

  constructor(file: AppendOnlyFile, earlier: readonly Entry[], dropped: number) {
    this.file = file;
    this.earlier = earlier;
    this.dropped = dropped;
  }

  /** @throws InputError when the disk is full; the line counts as not written */
  async append(entry: Entry): Promise<void> {
    await this.file.append(Buffer.from(`${recordLine(entry)}\n`));
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** How to open a log. */
export interface StepLogOptions<Entry> {
  readonly parse: RecordParser<Entry>;
  /** Step of the checkpoint that the run continues from; left out when it starts anew, which empties the file. */
  readonly resumeStep?: number;
}

/**
 * Opens a log to append to.
 *
 * @throws InputError when it cannot be written
 */
export async function openStepLog<Entry extends { readonly step: number }>(file: string, options: StepLogOptions<Entry>): Promise<StepLog<Entry>> {
  const text = await readIfPresent(file);
  const last = options.resumeStep ?? -1;
  const { records, lines, torn } = parseStepLog(text, options.parse);
  // Steps ascend, so what is kept is a beginning.
  const kept = records.filter(({ step }) => step <= last);
  const before = text.split('\n').filter((line) => line !== '').length;
  if (before !== kept.length || torn) await replaceFile(file, lines.slice(0, kept.length).map((line) => `${line}\n`).join(''), 'free some space, then resume the run');
  return new StepLog(await openAppendOnly(file), kept, before - kept.length);
}
