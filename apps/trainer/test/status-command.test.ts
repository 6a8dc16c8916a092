/** `mfim-train status`: what it says of whole, empty, damaged and foreign folders. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { downSample } from '../src/status/down-sample.ts';
import { pageSnapshots, spreadEvenly, thinOut } from '../src/status/page-snapshots.ts';
import { smooth } from '../src/status/page/smooth.ts';
import { readRun } from '../src/status/read-run.ts';
import { runActivity } from '../src/status/run-activity.ts';
import { summariseRun } from '../src/status/run-summary.ts';
import { callStatus } from './call-status.ts';
import { makeRun } from './status-fixtures.ts';
import type { RunFixture } from './status-fixtures.ts';

const folders: string[] = [];
async function run(fixture: RunFixture): Promise<string> {
  const folder = await makeRun(fixture);
  folders.push(folder);
  return folder;
}
function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mfim-status-'));
  folders.push(folder);
  return folder;
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('status', () => {
  it('says step, speed, time to go, terms, checkpoint, alarms and whether it runs', async () => {
    const { code, stdout, stderr } = await callStatus(await run({ records: 20, snapshots: 2 }));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`state +running \\(process ${process.pid} on ${hostname()}`));
    expect(stdout).toMatch(/step +1000 of 10000 \(10\.0 %\)/);
    expect(stdout).toMatch(/speed +10\.0 images\/s, 0\.800 s a step/);
    expect(stdout).toMatch(/to go +2 h 0 min\n/);
    expect(stdout).toMatch(/last checkpoint +checkpoints\/step-450\.safetensors at step 450, .* ago/);
    expect(stdout).toMatch(/ {2}l1 +0\.468/);
    expect(stdout).toMatch(/ {2}identityToTarget +0\.500/);
    expect(stdout).toMatch(/ALARM collapse-to-target since step 500: the swap looks/);
    expect(stdout).not.toMatch(/ALARM dead-codes/);
    expect(stdout).toMatch(/note: no record for .*: the run may hang/);
  });

  it('is one JSON object with --json', async () => {
    const { stdout } = await callStatus(await run({ records: 3 }), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ step: 450, steps: 10_000, secondsPerStep: expect.closeTo(0.8) as number, terms: { l1: 'NaN' }, raisedAlarms: 2, activity: { state: 'running' } });
  });

  it('works without a record, and with one', async () => {
    const none = await callStatus(await run({ whole: false }));
    expect([none.code, none.stdout]).toEqual([0, expect.stringMatching(/step +0\n[^]*last record +none yet[^]*last checkpoint +none yet[^]*no alarm[^]*note: no record yet/)]);
    expect((await callStatus(await run({ records: 1 }))).stdout).toMatch(/step +450 of/);
  });

  it('leaves damaged files out and says so', async () => {
    const folder = await run({ records: 4 });
    appendFileSync(join(folder, 'metrics.jsonl'), '{"time":"2026-0');
    writeFileSync(join(folder, 'facts.json'), '{');
    writeFileSync(join(folder, 'lock.json'), '{"pid":"x"}');
    for (const name of ['step-50', 'step-450']) writeFileSync(join(folder, 'checkpoints', `${name}.safetensors`), 'torn');
    writeFileSync(join(folder, 'snapshots', '0000250.png'), 'torn');
    const { code, stdout } = await callStatus(folder, '--html');
    expect(code).toBe(0);
    expect(stdout).toMatch(/metrics\.jsonl: 1 damaged line left out/);
    expect(stdout).toMatch(/facts\.json is damaged/);
    expect(stdout).toMatch(/step +200 of/);
    expect(stdout).toMatch(/last checkpoint +checkpoints\/step-\d+\.safetensors, 4/);
  });

  it.each([
    ['no folder', () => join(tmpdir(), 'mfim-no-such-run'), /ENOENT.*name a folder that mfim-train train made/],
    ['an empty folder', () => emptyFolder(), /got an empty folder/],
    ['a folder of something else', () => {
      const folder = emptyFolder();
      writeFileSync(join(folder, 'photo.jpg'), '');
      return folder;
    }, /got photo\.jpg/],
  ])('refuses %s', async (_, make, message) => {
    const { code, stderr, stdout } = await callStatus(make(), '--html');
    expect([code !== 0, stdout]).toEqual([true, '']);
    expect(stderr).toMatch(message);
  });

  it('writes one page that asks nobody for anything', async () => {
    const folder = await run({ records: 20, snapshots: 3 });
    const { stdout } = await callStatus(folder, '--html');
    expect(stdout).toContain(`page: ${join(folder, 'status.html')}`);
    const page = readFileSync(join(folder, 'status.html'), 'utf8');
    expect(page).toContain('Copyright (c) 2022 Leon Sorokin');
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('<dt>engine.name</dt><dd>tensorflow</dd>');
    expect(page).toContain('All 2 sessions');
    const addresses = page.replaceAll(/\/\*![^]*?\*\//g, '').match(/(?:src|href)="[^"]*"|url\([^)]*\)/g) ?? [];
    expect(addresses).toEqual(['href="data:,"']);
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<i>died');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('says what the sheets of a pretraining run show', async () => {
    const page = async (fixture: RunFixture): Promise<string> => {
      const folder = await run({ records: 20, snapshots: 3, ...fixture });
      await callStatus(folder, '--html');
      return readFileSync(join(folder, 'status.html'), 'utf8');
    };
    const swaps = await page({});
    expect(swaps).toMatch(/<span>source<\/span><span>target<\/span><span>swap<\/span><span>reconstruction<\/span>/);
    expect(swaps).toContain('<h3>Measured on held-out faces</h3>');
    const generated = await page({ pretraining: true });
    expect(generated).toContain('<figcaption>Shows faces that the averaged generator draws, from the same latents in every snapshot.</figcaption>');
    expect(generated).toContain('<h3>Measured on generated faces</h3>');
    expect(generated).not.toMatch(/<span>swap<|held-out|rows of source/);
  });

  it('says where the page cannot be written', async () => {
    const { code, stderr } = await callStatus(await run({ records: 1 }), '--html', '/dev/null/page.html');
    expect([code !== 0, stderr]).toEqual([true, expect.stringMatching(/page\.html.*name another file: --html FILE/)]);
  });

  it('shows 100,000 records in a page of about a megabyte', async () => {
    const folder = await run({ records: 100_000 });
    expect((await callStatus(folder, '--html')).stdout).toMatch(/step +5000000 of 10000 /);
    const page = readFileSync(join(folder, 'status.html'), 'utf8');
    expect(page.length).toBeLessThan(1_000_000);
    expect(page).toContain('100000 records in 1000 stretches');
    expect(/"name":"l1"[^}]*"high":\[([\d.]+)/.exec(page)?.[1]).toBe('40');
  });
});

describe('whether a run is running', () => {
  it('is known by process and machine', () => {
    const started = '2026-01-01T00:00:00Z';
    expect(runActivity({ pid: process.pid, host: hostname(), started }).state).toBe('running');
    expect(runActivity({ pid: 2 ** 30, host: hostname(), started })).toMatchObject({ state: 'stopped', text: expect.stringContaining('without taking its lock away') as string });
    expect(runActivity({ pid: 1, host: 'another', started }).state).toBe('elsewhere');
    expect(runActivity(undefined).state).toBe('stopped');
    expect(runActivity({ pid: -1 }).state).toBe('stopped');
  });

  it('derives the time to go for records without seconds a step', async () => {
    const folder = await run({ records: 2 });
    const { records, ...rest } = await readRun(folder);
    const old = records.map(({ time, step, kimg, imagesPerSecond, terms }) => ({ time, step, kimg, imagesPerSecond: imagesPerSecond ?? 0, terms }));
    expect(summariseRun({ ...rest, records: old }, 0).secondsPerStep).toBeCloseTo(0.8);
  });
});

describe('down-sampling', () => {
  it('keeps every value where there is room, and the extremes where there is none', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (values, most) => {
        const curve = downSample(values.map((value, step) => [step, value] as const), most);
        const numbers = (column: readonly (number | null)[]) => column.filter((value) => value !== null);
        const finite = values.filter((value) => Number.isFinite(value)).map((value) => Number(value.toPrecision(5)));
        expect(curve.steps.length).toBe(Math.min(most, values.length));
        expect(curve.steps.every((step, index) => index === 0 || step > (curve.steps[index - 1] as number))).toBe(true);
        expect(Math.min(...numbers(curve.low))).toBe(Math.min(...finite));
        expect(Math.max(...numbers(curve.high))).toBe(Math.max(...finite));
      }),
    );
  });

  it('leaves a gap where nothing is finite', () => {
    expect(downSample([[1, NaN], [2, 3]])).toEqual({ steps: [1, 2], low: [null, 3], mean: [null, 3], high: [null, 3] });
    expect(downSample([]).steps).toEqual([]);
  });
});

describe('smoothing', () => {
  it('does not move a constant, nor anything at weight 0, and keeps gaps', () => {
    expect(smooth([2, null, 2], 0.9)).toEqual([expect.closeTo(2), null, expect.closeTo(2)]);
    expect(smooth([1, 5, 3], 0)).toEqual([1, 5, 3]);
    expect(smooth([0, 1], 0.5)).toEqual([0, expect.closeTo(2 / 3)]);
  });
});

describe('snapshots in the page', () => {
  const files = (count: number, bytes: number) => Array.from({ length: count }, (_, index) => ({ step: index, file: `${index}.png`, bytes }));

  it('are all kept while there is room, else spread evenly with the first and the last', () => {
    expect(thinOut(files(10, 1000))).toHaveLength(10);
    const kept = thinOut(files(1000, 200_000));
    expect(kept).toHaveLength(80);
    expect([kept[0]?.step, kept.at(-1)?.step]).toEqual([0, 999]);
    expect(thinOut(files(1000, 10))).toHaveLength(240);
    expect(thinOut([])).toEqual([]);
  });

  it('are spread without repetition', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (count, keep) => {
        const positions = spreadEvenly(count, keep);
        expect(new Set(positions).size).toBe(Math.min(count, keep));
        expect(positions.every((position) => position >= 0 && position < count)).toBe(true);
      }),
    );
  });

  it('are made smaller where they are too large', async () => {
    const folder = emptyFolder();
    const file = join(folder, '0000001.png');
    const noise = randomBytes(1200 * 700 * 3);
    await sharp(noise, { raw: { width: 1200, height: 700, channels: 3 } }).png().toFile(file);
    const bytes = readFileSync(file).length;
    expect(bytes).toBeGreaterThan(1_000_000);
    const { pictures, note } = await pageSnapshots([{ step: 1, file, bytes }]);
    expect(note).toMatch(/1 of them made smaller/);
    const { width, format } = await sharp(Buffer.from(pictures[0]?.address.split(',')[1] ?? '', 'base64')).metadata();
    expect([width, format]).toEqual([1024, 'webp']);
    expect(existsSync(file)).toBe(true);
  });
});
