/** The last checkpoint of a run: its step and its age, from the head of the file alone. */
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where checkpoints may lie inside a run's folder. */
const PLACES = ['.', 'checkpoints'];
const EXTENSION = '.safetensors';
const LENGTH_BYTES = 8;
/** The limit of the format's reference implementation. */
const MOST_HEADER_BYTES = 100_000_000;

/** A checkpoint file. */
export interface CheckpointFile {
  /** Path inside the run's folder. */
  readonly file: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly savedAt: string;
  /** Steps taken when it was saved; left out when the file does not say. */
  readonly step?: number;
}

async function stepIn(file: string): Promise<number | undefined> {
  const handle = await open(file);
  try {
    const length = Buffer.alloc(LENGTH_BYTES);
    await handle.read(length, 0, LENGTH_BYTES, 0);
    const size = Number(length.readBigUInt64LE());
    if (size > Math.min(MOST_HEADER_BYTES, (await handle.stat()).size)) return undefined;
    const header = Buffer.alloc(size);
    await handle.read(header, 0, size, LENGTH_BYTES);
    const { __metadata__: metadata } = JSON.parse(header.toString()) as { readonly __metadata__?: { readonly step?: unknown } };
    const step = Number(metadata?.step);
    return Number.isSafeInteger(step) ? step : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

/** The checkpoint of the highest step, which a resume takes; `undefined` when there is none. */
export async function lastCheckpoint(folder: string): Promise<CheckpointFile | undefined> {
  const found = [];
  for (const place of PLACES) {
    const names = await readdir(path.join(folder, place)).catch(() => []);
    for (const name of names) if (name.endsWith(EXTENSION)) found.push(path.join(place, name));
  }
  const files = [];
  for (const file of found) {
    const facts = await stat(path.join(folder, file)).catch(() => undefined);
    if (facts?.isFile() !== true) continue;
    const step = await stepIn(path.join(folder, file)).catch(() => undefined);
    files.push({ file, bytes: facts.size, time: facts.mtimeMs, step });
  }
  const last = files.toSorted((one, other) => (one.step ?? -1) - (other.step ?? -1) || one.time - other.time).at(-1);
  if (last === undefined) return undefined;
  const { file, bytes, time, step } = last;
  return { file, bytes, savedAt: new Date(time).toISOString(), ...(step === undefined ? {} : { step }) };
}
