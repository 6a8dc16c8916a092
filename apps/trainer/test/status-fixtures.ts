/** Folders that look like runs. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@mfim/checkpoints';
import sharp from 'sharp';
import { recordLine } from '../src/watch/metrics-record.ts';

/** What to put into it. */
export interface RunFixture {
  readonly records?: number;
  readonly snapshots?: number;
  /** Everything else that a run has: config, facts, lock of this process, readings, alarms, checkpoint. */
  readonly whole?: boolean;
  /** A run of `pretrain`. */
  readonly pretraining?: boolean;
}

const START = Date.parse('2026-01-01T00:00:00.000Z');
const time = (step: number): string => new Date(START + step * 800).toISOString();

/** A term that falls, with one spike and one NaN. */
export function termAt(step: number): number {
  if (step === 150) return NaN;
  return step === 250 ? 40 : 0.1 + Math.exp(-step / 1000);
}

function line(step: number): string {
  const speed = { imagesPerSecond: 10, secondsPerStep: 0.8, waitingShare: 0.02, memoryBytes: 2e9 };
  return `${recordLine({ time: time(step), step, kimg: step / 125, ...speed, terms: { l1: termAt(step), total: 5 * termAt(step) } })}\n`;
}

async function snapshot(hue: number): Promise<Buffer> {
  return sharp({ create: { width: 256, height: 128, channels: 3, background: { r: hue % 256, g: 90, b: 160 } } }).png().toBuffer();
}

function writeRest(folder: string, pretraining: boolean): void {
  const write = (name: string, value: unknown): void => writeFileSync(join(folder, name), `${JSON.stringify(value)}\n`);
  write('config.json', { name: 'shown-<b>&"run"', seed: 1, steps: 10_000, batch: 8, ...(pretraining ? { stage: 'pretrain' } : {}), note: '</script><script>alert(1)</script>' });
  const session = { versions: { node: '20', mfim: '0.1.0' }, commit: 'abc', machine: { cores: 2 }, engine: { name: 'tensorflow' }, dataset: { sha256: 'xyz' } };
  write('facts.json', { ...session, sessions: [session, session] });
  write('lock.json', { pid: process.pid, host: hostname(), started: time(0) });
  const readings = [250, 500, 750].map((step) => JSON.stringify({ time: time(step), step, readings: pretraining ? { kernelDistance: 1 / step } : { identityToSource: 0.1, identityToTarget: 0.5, codeDeviation: 0.3 } }));
  writeFileSync(join(folder, 'readings.jsonl'), `${readings.join('\n')}\n`);
  const alarms = [
    { time: time(300), event: 'raised', kind: 'dead-codes', step: 300, message: 'codes <i>died</i>' },
    { time: time(400), event: 'cleared', kind: 'dead-codes', step: 400, message: 'not seen any more' },
    { time: time(500), event: 'raised', kind: 'collapse-to-target', step: 500, message: 'the swap looks like its target' },
  ];
  writeFileSync(join(folder, 'alarms.jsonl'), `${alarms.map((alarm) => JSON.stringify(alarm)).join('\n')}\n`);
  mkdirSync(join(folder, 'checkpoints'));
  for (const step of [450, 50]) writeFileSync(join(folder, 'checkpoints', `step-${step}.safetensors`), writeSafetensors(new Map(), new Map([['step', String(step)]])));
}

/** Makes a folder; steps of records are 50, 100, ..., those of snapshots 250, 500, ... */
export async function makeRun({ records = 0, snapshots = 0, whole = true, pretraining = false }: RunFixture): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mfim-run-'));
  mkdirSync(join(folder, 'snapshots'));
  writeFileSync(join(folder, 'metrics.jsonl'), Array.from({ length: records }, (_, index) => line(50 * (index + 1))).join(''));
  for (let index = 1; index <= snapshots; index += 1) writeFileSync(join(folder, 'snapshots', `${String(250 * index).padStart(7, '0')}.png`), await snapshot(index * 40));
  if (whole) writeRest(folder, pretraining);
  return folder;
}
