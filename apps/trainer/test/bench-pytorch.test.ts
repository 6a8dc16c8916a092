/**
 * The bench's two sides take the same step: every term, every gradient, what Adam and the average make of them; on
 * TensorFlow where its addon is built, else in plain JavaScript. Then the processes speak their protocol.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WITHOUT_TORCH, converse } from '@mfim/benchmarks';
import { readSafetensors, writeSafetensors } from '@mfim/checkpoints';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAgreement } from '../src/bench/check-agreement.ts';
import { findPytorch } from '../src/bench/find-opponents.ts';
import { measureTraining } from '../src/bench/measure-training.ts';
import { openParticipant } from '../src/bench/participant.ts';
import { engineNamed } from '../src/engine/registry.ts';
import { tinyBenchConfig } from './bench-config.ts';

/** It took minutes beside a training run that held both cores. */
const PATIENCE = 1_800_000;
const THREADS = 1;
/** Both layouts and both forms. */
const VARIANTS = ['nchw-weights', 'channels-last-activations'];

const pytorch = await findPytorch(process.env, 'cpu');
const program = 'program' in pytorch ? pytorch.program : undefined;
const hasTensorflow = (await engineNamed('tensorflow').inspect()).every(({ found }) => found);
const engine = hasTensorflow ? 'tensorflow' : 'cpu';
const setting = { folder: mkdtempSync(path.join(tmpdir(), 'mfim-bench-test-')), threads: THREADS };
const remark = (): void => undefined;
afterAll(() => rmSync(setting.folder, { recursive: true }));

test('a side alone agrees with nobody, and says which judges are random', async () => {
  const common = await checkAgreement({ ...setting, config: tinyBenchConfig(), choices: [{ engine }], remark });
  expect(common).toMatchObject({ agreement: [], random: ['mobileFaceNet', 'squeezeNet', 'lpips', 'threeDdfa'], taking: [{ engine }] });
}, PATIENCE);

describe.skipIf(program === undefined)(`against PyTorch (${program?.python ?? WITHOUT_TORCH})`, () => {
  const choices = [{ engine } as const, ...VARIANTS.map((variant) => ({ variant, program: program as NonNullable<typeof program> }))];

  test.each([
    ['in one part', {}],
    ['in two parts, Adam without momentum, rates that rise', { parts: 2, optimiser: { ...tinyBenchConfig().optimiser, beta1: 0, warmup: 2 } }],
  ])(`the same terms, gradients and moves on ${engine}, the batch %s`, async (_, changes) => {
    const { agreement, taking } = await checkAgreement({ ...setting, config: tinyBenchConfig(changes), choices, pytorch: program, remark });
    expect(taking).toEqual(choices);
    expect(agreement.map(({ name, reference }) => [name, reference])).toEqual([engine, ...VARIANTS.map((name) => `PyTorch ${name}`)].map((name) => [name, 'PyTorch float64']));
    for (const { name, gradients } of agreement) expect(gradients, name).toBeLessThan(1e-3);
  }, PATIENCE);

  describe('the process', () => {
    const exchange = path.join(setting.folder, 'exchange.safetensors');
    const { python, script } = program ?? { python: '', script: '' };
    const talk = (file: string) => converse({ name: 'pytorch', command: python, options: ['-B', script, '--exchange', file, '--threads', '1'] });
    let config: object;

    beforeAll(() => {
      config = JSON.parse(readSafetensors(readFileSync(exchange)).metadata.get('config') ?? '{}') as object;
    });

    test('greets, steps, counts its memory, and refuses what it does not know', async () => {
      const { hello, ask, stop } = await talk(exchange);
      expect(hello).toMatchObject({ hello: 'pytorch-training-step', threads: 1, device: 'cpu', batch: 2 });
      const step = await ask('run nchw-activations 3');
      expect(step).toMatchObject({ variant: 'nchw-activations', step: 3 });
      // A plain step.
      expect(Object.keys(step['terms'] as object).toSorted()).toEqual(['adversarial', 'discriminator', 'expression', 'fakeLogit', 'identityProbe', 'l1', 'lpips', 'pose', 'realLogit', 'shape', 'total']);
      expect((await ask('memory'))['peakBytes']).toBeGreaterThan(2 ** 20);
      await expect(ask('run nothing 3')).rejects.toThrow(/expected a variant of nchw-activations/);
      await expect(ask('dance')).rejects.toThrow(/expected one of run <variant> <step>/);
      await stop();
    }, PATIENCE);

    test('says which terms it does not have, and that a network is not the config\'s', async () => {
      const { tensors } = readSafetensors(readFileSync(exchange));
      const changed = path.join(setting.folder, 'changed.safetensors');
      const write = (changes: object): void => writeFileSync(changed, writeSafetensors(tensors, new Map([['config', JSON.stringify({ ...config, ...changes })]])));
      write({ frozen: ['generator.'] });
      await expect(talk(changed)).rejects.toThrow(/expected a config without frozen/);
      write({ identityWidth: 64 });
      await expect(talk(changed)).rejects.toThrow(/probe: expected bias \(64,\), got \(128,\)/);
    }, PATIENCE);

    test('a side of ours refuses a variant that is not its own', async () => {
      const variant = { variant: 'sideways', program: program as NonNullable<typeof program> };
      await expect(openParticipant(variant, setting)).rejects.toThrow(/bench --variant: expected one of nchw-activations/);
    }, PATIENCE);
  });

  test('a config that PyTorch does not have is measured without it, with the reason', async () => {
    const { taking, refusal } = await checkAgreement({ ...setting, config: tinyBenchConfig({ frozen: ['generator.'] }), choices, pytorch: program, remark });
    expect(taking).toEqual([{ engine }]);
    expect(refusal).toMatch(/expected a config without frozen/);
  }, PATIENCE);

  test.skipIf(!hasTensorflow)('the whole bench (needs TensorFlow: mfim-train engine install tensorflow)', async () => {
    const report = await measureTraining({ ...setting, config: tinyBenchConfig(), engines: [engine], pytorch: { program: program as NonNullable<typeof program>, variants: ['channels-last-activations'] }, runs: 1, remark });
    expect(report.kinds.map(({ name }) => name)).toEqual(['with identity and R1', 'plain']);
    expect(report.sides.map(({ name, isOurs }) => [name, isOurs])).toEqual([[engine, true], ['PyTorch channels-last-activations', false]]);
    for (const { milliseconds, peakBytes } of report.sides) {
      expect(Object.values(milliseconds).every((value) => value > 0)).toBe(true);
      expect(peakBytes).toBeGreaterThan(2 ** 20);
    }
    expect(report.ratios).toHaveLength(1);
  }, PATIENCE);
});
