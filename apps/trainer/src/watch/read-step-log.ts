/**
 * Reads a file of JSON lines that each bear a step. A line that is no record is left out and counted: kill -9
 * tears the last one. A line whose step is not larger than an earlier one's replaces that and what
 * follows it, as TensorBoard does: the run went back to a checkpoint.
 */
import { readFile } from 'node:fs/promises';
import { parseJson } from '../files/parse-json.ts';

/** What a file of records says. */
export interface StepLogContent<Entry> {
  /** Steps ascending. */
  readonly records: readonly Entry[];
  /** The line of each record, as it stands in the file. */
  readonly lines: readonly string[];
  /** Lines that are no record. */
  readonly damaged: number;
  /** The last line has no end. */
  readonly torn: boolean;
}

/** Turns parsed JSON into a record, or `undefined`. */
export type RecordParser<Entry> = (value: unknown) => Entry | undefined;

/** The records of a file's text. */
export function parseStepLog<Entry extends { readonly step: number }>(text: string, parse: RecordParser<Entry>): StepLogContent<Entry> {
  const records: Entry[] = [];
  const lines: string[] = [];
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const record = parse(parseJson(line));
    if (record === undefined) {
      damaged += 1;
      continue;
    }
    while (records.length > 0 && (records.at(-1) as Entry).step >= record.step) {
      records.pop();
      lines.pop();
    }
    records.push(record);
    lines.push(line);
  }
  return { records, lines, damaged, torn: text !== '' && !text.endsWith('\n') };
}

/** The text of a file; empty when it is absent. */
export async function readIfPresent(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  }
}
