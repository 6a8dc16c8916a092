/**
 * A TensorBoard event file: TFRecords (length, its checksum, data, its checksum) of Event messages.
 * Every start of a run opens a new file whose name sorts after the others, as TensorBoard reads them in
 * that order, and begins with SessionLog.START at the first step to come: from there TensorBoard forgets what
 * earlier files said, so that no step is shown twice after a resume. A record that kill -9 cut short ends
 * its file; TensorBoard goes on with the next.
 */
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { openAppendOnly } from '../append-only-file.ts';
import type { AppendOnlyFile } from '../append-only-file.ts';
import { eventMessage } from './event-message.ts';
import type { EventContent } from './event-message.ts';
import { histogramBuckets } from './histogram-buckets.ts';
import { maskedCrc32c } from './masked-crc32c.ts';

const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + CHECKSUM_BYTES;
/** Digits of the time in the file's name, as TensorFlow writes it. */
const TIME_DIGITS = 10;

/** One TFRecord. */
function tfRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(HEADER_BYTES + data.length + CHECKSUM_BYTES);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, LENGTH_BYTES)), LENGTH_BYTES);
  record.set(data, HEADER_BYTES);
  record.writeUInt32LE(maskedCrc32c(data), HEADER_BYTES + data.length);
  return record;
}

/** Seconds since 1970, later than every event file in the folder. */
async function startTime(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = names.map((name) => Number(/^events\.out\.tfevents\.(\d+)\./.exec(name)?.[1] ?? 0));
  return Math.max(Math.floor(Date.now() / 1000), 1 + Math.max(0, ...times));
}

/** Events wait in memory until `flush`. Steps are whole and not negative. */
export class EventFile {
  private readonly file: AppendOnlyFile;
  private pending: Uint8Array[] = [];

  constructor(file: AppendOnlyFile) {
    this.file = file;
  }

  /** Where the events go. */
  get path(): string {
    return this.file.path;
  }

  scalar(step: number, tag: string, value: number): void {
    this.add(step, { kind: 'scalar', tag, value });
  }

  /** @param picture bytes of a PNG file and its size in pixels */
  image(step: number, tag: string, picture: { readonly png: Uint8Array; readonly width: number; readonly height: number }): void {
    this.add(step, { kind: 'image', tag, ...picture });
  }

  histogram(step: number, tag: string, values: Float32Array): void {
    this.add(step, { kind: 'histogram', tag, buckets: histogramBuckets(values) });
  }

  text(step: number, tag: string, markdown: string): void {
    this.add(step, { kind: 'text', tag, markdown });
  }

  /** @throws InputError when the disk is full; the events wait for the next flush */
  async flush(): Promise<void> {
    const { length } = this.pending;
    if (length === 0) return;
    await this.file.append(Buffer.concat(this.pending));
    this.pending = this.pending.slice(length);
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.file.close();
    }
  }

  /** Adds an event of any kind. */
  add(step: number, content: EventContent): void {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new InputError({ where: 'event file', expected: 'a whole step of at least 0', got: String(step), remedy: 'pass the number of steps taken' });
    }
    this.pending.push(tfRecord(eventMessage(Date.now() / 1000, step, content)));
  }
}

/**
 * Opens a new event file.
 *
 * @param folder made where it is missing
 * @param resumeStep the step of the checkpoint that the run continues from: events after it are forgotten;
 * left out when the run starts anew
 * @throws InputError when the folder cannot be written to
 */
export async function openEventFile(folder: string, resumeStep?: number): Promise<EventFile> {
  const time = String(await startTime(folder)).padStart(TIME_DIGITS, '0');
  const events = new EventFile(await openAppendOnly(path.join(folder, `events.out.tfevents.${time}.${hostname()}.${process.pid}.mfim`)));
  events.add(0, { kind: 'file version' });
  events.add(resumeStep === undefined ? 0 : resumeStep + 1, { kind: 'session start' });
  await events.flush();
  return events;
}
