/** `metrics.jsonl` and the live line: torn lines, resumes, full disks, terminals. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAppendOnly } from '../src/watch/append-only-file.ts';
import { displayBytes, displayDuration, displayNumber } from '../src/watch/display-number.ts';
import { liveLine } from '../src/watch/live-line.ts';
import { LiveOutput } from '../src/watch/live-output.ts';
import { metricsRecordOf, recordLine } from '../src/watch/metrics-record.ts';
import type { MetricsRecord } from '../src/watch/metrics-record.ts';
import { parseStepLog } from '../src/watch/read-step-log.ts';
import { openStepLog } from '../src/watch/step-log.ts';

const record = (step: number): MetricsRecord => ({
  time: '2026-01-01T00:00:00.000Z',
  step,
  kimg: step / 100,
  imagesPerSecond: 10,
  secondsPerStep: 0.8,
  waitingShare: 0.03,
  memoryBytes: 2.1e9,
  terms: { l1: 1 / (step + 1), adversarial: 0.7 },
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mfim-logs-'));
  file = join(folder, 'metrics.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const stepsIn = (): readonly number[] => parseStepLog(readFileSync(file, 'utf8'), metricsRecordOf).records.map(({ step }) => step);

async function write(steps: readonly number[], resumeStep?: number): Promise<number> {
  const log = await openStepLog(file, { parse: metricsRecordOf, ...(resumeStep === undefined ? {} : { resumeStep }) });
  for (const step of steps) await log.append(record(step));
  await log.close();
  return log.dropped;
}

describe('metrics log', () => {
  it('reads back what was written, NaN and infinities included', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-zA-Z0-9-]{1,12}$/), fc.double()), (terms) => {
        const back = metricsRecordOf(JSON.parse(recordLine({ ...record(3), terms })));
        expect(Object.entries(back?.terms ?? {})).toEqual(Object.entries(terms).map(([name, value]) => [name, value === 0 ? 0 : value]));
      }),
    );
  });

  it('appends one line a record', async () => {
    await write([50, 100]);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
    expect(stepsIn()).toEqual([50, 100]);
  });

  it('drops what a resume takes again, and leaves no other file', async () => {
    await write([50, 100, 150, 200]);
    expect(await write([150, 200, 250], 100)).toBe(2);
    expect(stepsIn()).toEqual([50, 100, 150, 200, 250]);
    expect(readdirSync(folder)).toEqual(['metrics.jsonl']);
  });

  it('mends a line that kill -9 tore', async () => {
    await write([50, 100]);
    appendFileSync(file, recordLine(record(150)).slice(0, 30));
    expect(await write([150], 100)).toBe(1);
    expect(stepsIn()).toEqual([50, 100, 150]);
  });

  it('is torn anywhere: every whole line before the checkpoint survives a resume', async () => {
    const whole = [50, 100, 150].map((step) => `${recordLine(record(step))}\n`).join('');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.constantFrom(0, 50, 100, 150), async (length, resumeStep) => {
        writeFileSync(file, whole.slice(0, length));
        const left = whole.slice(0, length).split('\n');
        const before = [50, 100, 150].filter((step) => step <= resumeStep && left.includes(recordLine(record(step))));
        await write([resumeStep + 50], resumeStep);
        expect(stepsIn()).toEqual([...before, resumeStep + 50]);
        expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps fields that it does not know', async () => {
    writeFileSync(file, `${recordLine({ ...record(50), later: 'field' })}\n${recordLine(record(100))}\n`);
    await write([], 50);
    expect(readFileSync(file, 'utf8')).toContain('"later":"field"');
  });

  it('starts empty when the run starts anew', async () => {
    await write([50]);
    await write([50, 100]);
    expect(stepsIn()).toEqual([50, 100]);
  });

  it('is read with rubbish in it', () => {
    const text = `\u0000\u0001\n${recordLine(record(50))}\n{"step":-1}\nnull\n[]\n{"time":"x","step":1e99,"kimg":0,"terms":{}}\n${recordLine(record(100))}`;
    const { records, damaged, torn } = parseStepLog(text, metricsRecordOf);
    expect([records.map(({ step }) => step), damaged, torn]).toEqual([[50, 100], 5, true]);
  });

  it('lets a later line replace those that a resume took again', () => {
    const text = [50, 100, 150, 100, 150, 200].map((step) => recordLine(record(step))).join('\n');
    expect(parseStepLog(text, metricsRecordOf).records.map(({ step }) => step)).toEqual([50, 100, 150, 200]);
  });
});

describe.skipIf(!existsSync('/dev/full'))('on a full disk (needs /dev/full)', () => {
  it('the error says what to do', async () => {
    const full = await openAppendOnly('/dev/full');
    await expect(full.append(Buffer.from('x'))).rejects.toThrow(/ENOSPC.*free some space/);
    await full.close();
  });
});

describe('live line', () => {
  it('names everything that is known', () => {
    expect(liveLine(record(1000), 100_000)).toBe(
      'step 1000/100000  kimg 10.00  10.0 images/s  l1 9.99e-4  adversarial 0.700  ETA 22 h 0 min  memory 2.10 GB  waiting 3 %',
    );
  });

  it('leaves out what is not', () => {
    expect(liveLine({ time: '', step: 1, kimg: 0.01, terms: { l1: NaN } }, 10)).toBe('step 1/10  kimg 0.01  l1 NaN');
  });

  it('shows numbers as people read them', () => {
    expect([0, 1, 0.0853, 123.4, 1e-5, 1e7, -Infinity].map(displayNumber)).toEqual(['0.00', '1.00', '0.0853', '123', '1.00e-5', '1.00e+7', '-Infinity']);
    expect([5, 65, 3700, 90_000, Infinity].map(displayDuration)).toEqual(['5 s', '1 min 5 s', '1 h 1 min', '1 d 1 h', 'unknown']);
    expect([0, 999, 1500, 2.1e9].map(displayBytes)).toEqual(['0.00 B', '999 B', '1.50 kB', '2.10 GB']);
  });
});

describe('live output', () => {
  function shown(isTTY: boolean): string {
    let text = '';
    const output = new LiveOutput({ write: (piece) => (text += piece), isTTY, columns: 12 });
    output.update('step 1');
    output.say('saved');
    output.update('step 2 with many words');
    output.end();
    return text;
  }

  it('is one line a state in a file', () => {
    expect(shown(false)).toBe('step 1\nsaved\nstep 2 with many words\n');
  });

  it('is redrawn below other lines on a terminal, within its width', () => {
    const erase = '\r\u001B[2K';
    expect(shown(true)).toBe(`${erase}step 1${erase}saved\nstep 1${erase}step 2 wit…\n`);
  });
});
