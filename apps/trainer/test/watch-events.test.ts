/** TensorBoard event files: checksums, records, and what TensorBoard's own reader makes of them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { openEventFile } from '../src/watch/events/event-file.ts';
import { histogramBuckets } from '../src/watch/events/histogram-buckets.ts';
import { crc32c, maskedCrc32c } from '../src/watch/events/masked-crc32c.ts';
import { WITHOUT_TENSORBOARD, findTensorboard } from './find-tensorboard.ts';

interface Seen {
  readonly scalars: Record<string, [number, number][]>;
  readonly images: Record<string, [number, number, number, string][]>;
  readonly histograms: Record<string, [number, number, number, number, number, number[], number[]][]>;
  readonly texts: Record<string, [number, string][]>;
  readonly textPlugin: readonly string[];
}

const python = findTensorboard(process.env);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mfim-events-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Data of every record, checked as TensorBoard checks it. */
function records(file: string): readonly Buffer[] {
  const bytes = readFileSync(file);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(maskedCrc32c(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

describe('checksum', () => {
  it('agrees with the published vectors of CRC-32C (RFC 3720, B.4)', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(new Uint8Array())).toBe(0);
  });
});

describe('histogram buckets', () => {
  it('count every finite value once, between the smallest and the largest', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 200 }), (values) => {
        const finite = values.filter((value) => Number.isFinite(value));
        const buckets = histogramBuckets(values);
        expect(buckets.counts.reduce((sum, count) => sum + count, 0)).toBe(finite.length);
        expect(buckets.limits.length).toBe(buckets.counts.length);
        expect(buckets.limits.at(-1)).toBe(buckets.maximum);
        expect(buckets.limits.every((limit, index) => index === 0 || limit >= (buckets.limits[index - 1] as number))).toBe(true);
      }),
    );
  });

  it('are one bucket for equal values, and none for no value', () => {
    expect(histogramBuckets(Float32Array.of(2, 2, 2))).toMatchObject({ limits: [2], counts: [3], minimum: 2, maximum: 2 });
    expect(histogramBuckets(Float32Array.of(NaN))).toMatchObject({ counts: [0], count: 0 });
  });
});

describe('event file', () => {
  it('writes whole records, and only at a flush', async () => {
    const events = await openEventFile(folder);
    events.scalar(1, 'a', 0.5);
    expect(records(events.path)).toHaveLength(2);
    await events.flush();
    await events.flush();
    expect(records(events.path)).toHaveLength(3);
    await events.close();
  });

  it('gives every opening a file of its own that sorts after the others', async () => {
    const paths: string[] = [];
    for (let start = 0; start < 3; start += 1) {
      const events = await openEventFile(folder, start);
      paths.push(events.path);
      await events.close();
    }
    expect(new Set(paths).size).toBe(3);
    expect(paths.toSorted()).toEqual(paths);
  });

  it('refuses a step that is not whole', async () => {
    const events = await openEventFile(folder);
    expect(() => events.scalar(0.5, 'a', 1)).toThrow(/whole step/);
    expect(() => events.scalar(-1, 'a', 1)).toThrow(/whole step/);
    await events.close();
  });

  it('says where a folder cannot be written to', async () => {
    await expect(openEventFile('/dev/null/events')).rejects.toThrow(/expected/);
  });
});

describe.skipIf(python === undefined)(`TensorBoard's reader (${python ?? WITHOUT_TENSORBOARD})`, () => {
  const script = fileURLToPath(new URL('read_events.py', import.meta.url));
  const read = (): Seen => JSON.parse(execFileSync(python as string, ['-B', script, folder], { encoding: 'utf8', maxBuffer: 1e8 })) as Seen;

  test('sees what was written', async () => {
    const png = await sharp({ create: { width: 5, height: 3, channels: 3, background: '#804020' } }).png().toBuffer();
    const values = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index) * 3);
    const events = await openEventFile(folder);
    for (let step = 1; step <= 5; step += 1) events.scalar(step * 50, 'terms/l1', 1 / step);
    events.scalar(2 ** 40, 'terms/late', -0.25);
    events.image(250, 'snapshot', { png, width: 5, height: 3 });
    events.histogram(250, 'codes', values);
    events.text(0, 'config', '**ganz** läuft');
    await events.close();

    const seen = read();
    expect(seen.scalars['terms/l1']).toEqual([1, 2, 3, 4, 5].map((step) => [step * 50, Math.fround(1 / step)]));
    expect(seen.scalars['terms/late']).toEqual([[2 ** 40, -0.25]]);
    expect(seen.images['snapshot']).toEqual([[250, 5, 3, png.toString('base64')]]);
    const { minimum, maximum, sum, limits, counts } = histogramBuckets(values);
    expect(seen.histograms['codes']).toEqual([[250, minimum, maximum, 1000, sum, limits, counts]]);
    expect(seen.texts['config']).toEqual([[0, '**ganz** läuft']]);
    expect(seen.textPlugin).toEqual(['config']);
  });

  test('shows no step twice after a resume, also when kill -9 tore the last record', async () => {
    const first = await openEventFile(folder);
    for (const step of [10, 20, 30, 40, 50]) first.scalar(step, 'l1', step);
    first.histogram(40, 'codes', Float32Array.of(1, 2));
    first.scalar(60, 'l1', 60);
    await first.close();
    truncateSync(first.path, readFileSync(first.path).length - 7);

    const second = await openEventFile(folder, 30);
    for (const step of [40, 50]) second.scalar(step, 'l1', step + 0.5);
    await second.close();

    expect(readdirSync(folder)).toHaveLength(2);
    const seen = read();
    expect(seen.scalars['l1']).toEqual([[10, 10], [20, 20], [30, 30], [40, 40.5], [50, 50.5]]);
    expect(seen.histograms['codes']).toEqual([]);
  });
});
