/** Alarms: when each is raised, what it says, and that it is raised once. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlarmBoard, standingAlarms } from '../src/watch/alarms/alarm-board.ts';
import { openAlarmLog, readAlarms } from '../src/watch/alarms/alarm-log.ts';
import type { Alarm } from '../src/watch/alarms/alarm.ts';
import { collapseToTarget } from '../src/watch/alarms/collapse-to-target.ts';
import { deadCodes } from '../src/watch/alarms/dead-codes.ts';
import { discriminatorSaturated } from '../src/watch/alarms/discriminator-saturated.ts';
import { firstNonFinite } from '../src/watch/alarms/first-non-finite.ts';
import { NonFiniteError, assertFinite, nonFiniteAlarm } from '../src/watch/alarms/non-finite.ts';
import { openRunWatch } from '../src/watch/run-watch.ts';

const time = '2026-01-01T00:00:00.000Z';
const metrics = (values: readonly Record<string, number>[]) => values.map((terms, index) => ({ time, step: 50 * (index + 1), kimg: 0, terms }));
const readings = (values: readonly Record<string, number>[]) => values.map((entry, index) => ({ time, step: 250 * (index + 1), readings: entry }));
const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe('first number that is not finite', () => {
  it('is named with its parameter and position', () => {
    const flat = Float32Array.of(1, 2, 3, NaN, Infinity);
    expect(firstNonFinite({ names: ['a', 'empty', 'b'], sizes: [2, 0, 3] }, flat)).toEqual({ name: 'b', index: 1, value: NaN });
  });

  it('is found wherever it lies', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }), fc.nat(), (sizes, seed) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const flat = new Float32Array(total);
        const position = seed % total;
        flat[position] = -Infinity;
        const names = sizes.map((_, index) => `p${index}`);
        const found = firstNonFinite({ names, sizes }, flat);
        const begin = sizes.slice(0, names.indexOf(found?.name ?? '')).reduce((sum, size) => sum + size, 0);
        expect(begin + (found?.index ?? -1)).toBe(position);
      }),
    );
  });

  it('is none in finite numbers, and a wrong layout is refused', () => {
    expect(firstNonFinite({ names: ['a'], sizes: [2] }, new Float32Array(2))).toBeUndefined();
    expect(() => firstNonFinite({ names: ['a'], sizes: [3] }, new Float32Array(2))).toThrow(/pass the layout/);
  });
});

describe('not finite', () => {
  it('names the term and the parameter', () => {
    const tensor = { name: 'stem.weight', index: 7, value: NaN };
    expect(nonFiniteAlarm({ step: 9, terms: { l1: 1, r1: Infinity }, tensor })?.message).toMatch(/term r1 is Infinity, parameter stem\.weight holds NaN at position 7; resume/);
    expect(() => assertFinite({ step: 9, terms: { l1: NaN } })).toThrow(NonFiniteError);
    expect(nonFiniteAlarm({ step: 9, terms: { l1: 1 } })).toBeUndefined();
  });
});

describe('collapse to the target', () => {
  const collapsed = { identityToSource: 0.13, identityToTarget: 0.64 };
  it('is raised when it lasts', () => {
    expect(collapseToTarget(readings(times(3, collapsed)), 0)).toBeUndefined();
    const alarm = collapseToTarget(readings(times(4, collapsed)), 0);
    expect(alarm).toMatchObject({ kind: 'collapse-to-target', step: 1000 });
    expect(alarm?.message).toMatch(/target 0\.640, to the source 0\.130.*objective\.identity/);
  });
  it('is quiet before the identity term begins, while the gap closes, and for a swap that works', () => {
    expect(collapseToTarget(readings(times(4, collapsed)), 500)).toBeUndefined();
    const closing = [0.5, 0.4, 0.3, 0.2].map((identityToTarget) => ({ identityToSource: 0.1, identityToTarget }));
    expect(collapseToTarget(readings(closing), 0)).toBeUndefined();
    expect(collapseToTarget(readings(times(9, { identityToSource: 0.4, identityToTarget: 0.2 })), 0)).toBeUndefined();
    expect(collapseToTarget(readings(times(9, { codeDeviation: 1 })), 0)).toBeUndefined();
  });
});

describe('saturated discriminator', () => {
  it('is raised when it is always right, or always fooled', () => {
    expect(discriminatorSaturated(metrics(times(10, { discriminator: 0.01, adversarial: 6 })))?.message).toMatch(/always tells.*r1Gamma/);
    expect(discriminatorSaturated(metrics(times(10, { discriminator: 3, generator: 0.01 })))?.message).toMatch(/adversarial term 0\.0100/);
    expect(discriminatorSaturated(metrics(times(10, { discriminator: 3, adversarial: 0.01 })))?.message).toMatch(/takes all that is drawn/);
  });
  it('is quiet at the balance, before the window is full, and without a discriminator', () => {
    expect(discriminatorSaturated(metrics(times(10, { discriminator: 2 * Math.LN2, adversarial: Math.LN2 })))).toBeUndefined();
    expect(discriminatorSaturated(metrics(times(9, { discriminator: 0.01, adversarial: 6 })))).toBeUndefined();
    expect(discriminatorSaturated(metrics([...times(9, { discriminator: 0.01, adversarial: 6 }), { discriminator: 0.9, adversarial: 1 }]))).toBeUndefined();
    expect(discriminatorSaturated(metrics(times(20, { l1: 0.1 })))).toBeUndefined();
  });
});

describe('dead codes', () => {
  it('are told from live ones', () => {
    for (const dead of [0, 0.01, 0.02]) expect(deadCodes(readings(times(3, { codeDeviation: dead })))?.message).toMatch(/normaliseCodes/);
    for (const alive of [0.2, 0.9]) expect(deadCodes(readings(times(3, { codeDeviation: alive })))).toBeUndefined();
    expect(deadCodes(readings(times(2, { codeDeviation: 0 })))).toBeUndefined();
    expect(deadCodes([])).toBeUndefined();
  });
});

describe('alarm board', () => {
  const alarm: Alarm = { kind: 'dead-codes', step: 5, message: 'dead' };

  it('raises once, clears after three quiet checks, and may raise again', () => {
    const board = new AlarmBoard();
    const checks = [alarm, alarm, undefined, alarm, undefined, undefined, undefined, undefined, alarm];
    const events = checks.map((found, step) => board.check('dead-codes', step, found)?.event);
    expect(events).toEqual(['raised', undefined, undefined, undefined, undefined, undefined, 'cleared', undefined, 'raised']);
    expect(board.active()).toEqual([alarm]);
  });

  it('raises and clears in turn, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (found) => {
        const board = new AlarmBoard();
        const events = found.flatMap((is, step) => board.check('dead-codes', step, is ? alarm : undefined) ?? []);
        expect(events.every(({ event }, index) => event === (index % 2 === 0 ? 'raised' : 'cleared'))).toBe(true);
        expect(board.active()).toHaveLength(standingAlarms(events).length);
      }),
    );
  });
});

describe('in a run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mfim-watch-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const alarmsFile = () => join(folder, 'alarms.jsonl');

  async function watch(resumeStep?: number) {
    let text = '';
    const request = { folder, steps: 1000, identityFrom: 0, config: { seed: 1 }, terminal: { write: (piece: string) => (text += piece) } };
    return { run: await openRunWatch({ ...request, ...(resumeStep === undefined ? {} : { resumeStep }) }), said: () => text };
  }

  it('what was said is written down; NaN stops the run with the tensor named; a resume clears it', async () => {
    const { run, said } = await watch();
    await run.record({ step: 50, kimg: 0.4, imagesPerSecond: 8, secondsPerStep: 1, terms: { l1: 0.5 } });
    for (const step of [60, 70, 80]) await run.measured(step, { codeDeviation: 0.01 });
    const bad = run.record({ step: 100, kimg: 0.8, terms: { l1: NaN } }, () => ({ name: 'stem.weight', index: 3, value: NaN }));
    await expect(bad).rejects.toThrow(/step 100: .*term l1 is NaN, parameter stem\.weight holds NaN at position 3/);
    await run.close();
    expect(said()).toMatch(/step 50\/1000 .*\nALARM dead-codes at step 80: .*\nstep 100\/1000 .*\nALARM non-finite at step 100: /);
    expect(standingAlarms(await readAlarms(alarmsFile())).map(({ kind }) => kind)).toEqual(['non-finite', 'dead-codes']);

    const again = await watch(50);
    expect(again.said()).toBe('1 records after step 50 dropped from metrics.jsonl\n');
    await again.run.assertFiniteParameters(50, undefined);
    await again.run.close();
    expect(standingAlarms(await readAlarms(alarmsFile()))).toEqual([]);
    expect(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n')).toHaveLength(2);
    expect(readFileSync(join(folder, 'readings.jsonl'), 'utf8')).toBe('');
  });

  it('parameters are checked before a checkpoint is written over', async () => {
    const { run } = await watch();
    await expect(run.assertFiniteParameters(7, { name: 'w', index: 0, value: Infinity })).rejects.toThrow(NonFiniteError);
    await run.close();
    expect(readFileSync(alarmsFile(), 'utf8')).toMatch(/"event":"raised","kind":"non-finite","step":7/);
  });

  it('a torn line does not hide what follows it', async () => {
    appendFileSync(alarmsFile(), '{"time":"2026');
    const log = await openAlarmLog(alarmsFile(), 0);
    await log.append({ time, event: 'raised', kind: 'dead-codes', step: 1, message: 'dead' });
    await log.close();
    expect(await readAlarms(alarmsFile())).toHaveLength(1);
  });
});
