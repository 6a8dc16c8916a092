/** The parts of `mfim-train bench` that start no process: kinds of steps, comparison, medians, random judges, who takes part. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { seededNormal } from '@mfim/nn';
import { describe, expect, test } from 'vitest';
import { assertAgreement, compareTrials } from '../src/bench/agreement.ts';
import type { Trial } from '../src/bench/agreement.ts';
import { assertUsable, usableEngines } from '../src/bench/find-opponents.ts';
import { readJudges } from '../src/bench/judges.ts';
import { randomJudge } from '../src/bench/random-judges.ts';
import { reportLines } from '../src/bench/report-lines.ts';
import { stepKinds } from '../src/bench/step-kinds.ts';
import { summariseRounds } from '../src/bench/summarise-rounds.ts';
import { readConfig } from '../src/config/read-config.ts';
import type { EngineDefinition, EngineProbe } from '../src/engine/engine.ts';
import { readLossNetwork } from '../src/training/loss-networks.ts';
import type { LossNetworkName } from '../src/training/loss-networks.ts';
import { tinyBenchConfig } from './bench-config.ts';
import { smallConfig } from './small-run.ts';

const WEIGHTS = path.resolve(import.meta.dirname, '../../../../shared/data/weights');
const FILES: Readonly<Record<LossNetworkName, string>> = {
  mobileFaceNet: 'mobilefacenet/mobilefacenet.pt',
  squeezeNet: 'lpips/squeezenet1_1-features.pth',
  lpips: 'lpips/v0.1-squeeze.pth',
  threeDdfa: '3ddfa-v2/mb05_120x120.pth',
};

test.each([
  ['identity and R1 together', {}, [['with identity and R1', 2, 1 / 2], ['plain', 3, 1 / 2]]],
  ['identity at every step', { identityInterval: 1, r1Interval: 4 }, [['with R1', 4, 1 / 4], ['plain', 5, 3 / 4]]],
  ['intervals that rarely meet', { identityInterval: 2, r1Interval: 3 }, [['with identity and R1', 6, 1 / 6], ['plain', 7, 1 / 3], ['with identity', 8, 1 / 3], ['with R1', 9, 1 / 6]]],
  ['terms that start late', { identityInterval: 1, adversarialFrom: 5 }, [['with R1', 6, 1 / 2], ['plain', 7, 1 / 2]]],
  ['no discriminator', { identityInterval: 1, adversarial: 0 }, [['plain', 2, 1]]],
])('kinds of steps: %s', (_, objective, expected) => {
  const config = tinyBenchConfig();
  const kinds = stepKinds({ ...config, objective: { ...config.objective, ...objective } });
  expect(kinds.map(({ name, step, share }) => [name, step, share])).toEqual(expected);
  expect(kinds.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
});

const tensor = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length] });
const trial = (gradient: number[], moved: number[], terms: Record<string, number> = { l1: 1 }): Trial => ({
  name: 'a side',
  terms,
  tensors: new Map([['gradient.g', tensor(...gradient, 0)], ['gradient.zero', tensor(0)], ['parameter.g', tensor(...moved, 0.9)]]),
});
const before = new Map([['parameter.g', tensor(1, 1, 1)]]);

describe('agreement', () => {
  const reference = trial([2, -1], [1.1, 0.9]);

  test('equal steps agree', () => {
    const agreement = compareTrials(trial([2, -1], [1.1, 0.9]), reference, before);
    expect(agreement).toMatchObject({ terms: 0, gradients: 0, moves: 0 });
    expect(() => assertAgreement(agreement, 0)).not.toThrow();
  });

  test.each([
    ['a gradient', trial([2, -1.01], [1.1, 0.9]), /5\.0e-3 in gradients \(g\)/],
    ['a gradient that is no number', trial([2, Number.NaN], [1.1, 0.9]), /NaN in gradients \(g\)/],
    ['a move', trial([2, -1], [1.1, 1.1]), /in moves/],
    ['a term', trial([2, -1], [1.1, 0.9], { l1: 1.01 }), /1\.0e-2 in terms/],
    ['a term that the other does not have', trial([2, -1], [1.1, 0.9], { l1: 1, r1: 0 }), /NaN in terms/],
  ])('%s that differs is told', (_, other, message) => {
    expect(() => assertAgreement(compareTrials(other, reference, before), 0)).toThrow(message);
  });

  test('gradients may be as far from the truth as three times PyTorch\'s, but not as a PyTorch that is wrong itself', () => {
    const agreement = compareTrials(trial([2, -1.01], [1.1, 0.9]), reference, before);
    expect(() => assertAgreement(agreement, 0.002)).not.toThrow();
    expect(() => assertAgreement(agreement, 0.001)).toThrow(/at most 0\.001 in terms, 0\.003 in gradients/);
    expect(() => assertAgreement({ ...agreement, gradients: 0.1 }, 0.5)).toThrow(/0\.09 in gradients/);
  });

  test('what has no gradient may move either way', () => {
    const { tensors, ...rest } = reference;
    const other = { ...rest, tensors: new Map([...tensors, ['parameter.g', tensor(1.1, 0.9, 1.1)] as const]) };
    expect(compareTrials(other, reference, before).moves).toBe(0);
  });

  test('another network is told', () => {
    const { tensors, ...rest } = reference;
    const other = { ...rest, tensors: new Map([...tensors, ['gradient.g', tensor(1)] as const]) };
    expect(() => compareTrials(other, reference, before)).toThrow(/expected gradient\.g \[3\], got \[1\]/);
  });
});

const kinds = [{ name: 'with R1', step: 16, share: 1 / 4 }, { name: 'plain', step: 17, share: 3 / 4 }];
const side = (name: string, isOurs: boolean, peakBytes: number) => ({ name, isOurs, description: `about ${name}`, peakBytes });
const times = (r1: number, plain: number) => ({ 'with R1': r1, plain });

test('ratios are taken within rounds, against the fastest PyTorch and the first engine', () => {
  const sides = [side('tensorflow', true, 300), side('onnx', true, 100), side('PyTorch a', false, 200), side('PyTorch b', false, 400)];
  const round = (slow: number) => ({ tensorflow: times(8 * slow, 4 * slow), onnx: times(4 * slow, 2 * slow), 'PyTorch a': times(8 * slow, 8 * slow), 'PyTorch b': times(4 * slow, 4 * slow) });
  const summary = summariseRounds({ kinds, sides, rounds: [round(1), round(10), round(2)] }, 8);
  expect(summary.sides[0]).toMatchObject({ name: 'tensorflow', milliseconds: { 'with R1': 16, plain: 8 }, meanMilliseconds: 10, imagesPerSecond: 800 });
  expect(summary.ratios).toEqual([
    { name: 'tensorflow', against: 'PyTorch b', mean: 1.25, kinds: { 'with R1': 2, plain: 1 }, peakMemory: 0.75 },
    { name: 'onnx', against: 'PyTorch b', mean: 0.625, kinds: { 'with R1': 1, plain: 0.5 }, peakMemory: 0.25 },
    { name: 'onnx', against: 'tensorflow', mean: 0.5, kinds: { 'with R1': 0.5, plain: 0.5 }, peakMemory: 100 / 300 },
  ]);
  const lines = reportLines({ ...summary, kinds, parameters: { discriminator: 12_345 }, random: ['lpips'], agreement: [], reason: 'it is not there' });
  expect(lines).toEqual(expect.arrayContaining([
    'parameters: 12,345 in discriminator',
    'steps: 25.0 % with R1, 75.0 % plain',
    'random weights, for want of their files: lpips',
    'PyTorch: not compared, it is not there',
  ]));
  expect(lines.find((line) => line.startsWith('tensorflow / '))).toBe('tensorflow / PyTorch b: time 1.25 (with R1 2.00, plain 1.00), peak resident memory 0.75 (below 1, the first is better)');
});

describe('random judges', () => {
  test.each(Object.keys(FILES) as LossNetworkName[])('%s: weights of the same seed are the same', (network) => {
    const [first, second] = [randomJudge(network, seededNormal(3)), randomJudge(network, seededNormal(3))];
    for (const [name, { data }] of first) {
      expect(data.every((value, index) => Number.isFinite(value) && value === second.get(name)?.data[index]), name).toBe(true);
    }
  });

  test.skipIf(!existsSync(WEIGHTS)).each(Object.keys(FILES) as LossNetworkName[])('%s: names and shapes are those of the published file (skipped where ../shared/data is not beside the checkout)', async (network) => {
    const published = await readLossNetwork(network, path.join(WEIGHTS, FILES[network]));
    for (const [name, { shape }] of randomJudge(network, seededNormal(1))) expect(published.get(name)?.shape, name).toEqual(shape);
  });

  test('files that are absent are told', async () => {
    expect((await readJudges(tinyBenchConfig())).random).toEqual(['mobileFaceNet', 'squeezeNet', 'lpips', 'threeDdfa']);
    expect((await readJudges(smallConfig())).random).toEqual(['mobileFaceNet', 'squeezeNet', 'lpips']);
  });
});

function standIn(name: EngineDefinition['name'], outcome: Partial<EngineProbe>): EngineDefinition {
  const probe: EngineProbe = { name, usable: false, versions: {}, parts: [], missing: [], cure: '', ...outcome };
  return { name, summary: name, open: () => Promise.reject(new Error('a stand-in is not opened')), inspect: () => Promise.resolve([]), probe: () => Promise.resolve(probe) };
}

describe('who takes part', () => {
  const working = standIn('tensorflow', { usable: true, device: { kind: 'cpu', name: 'a processor' } });
  const onGpu = standIn('webgpu', { usable: true, device: { kind: 'gpu', name: 'a card' } });
  const absent = standIn('cuda', { missing: ['no driver'], cure: 'install it' });
  const slow = standIn('cpu', { usable: true, device: { kind: 'cpu', name: 'a processor' } });

  test('engines of the wanted device, but plain JavaScript; the others are told', async () => {
    const said: string[] = [];
    expect(await usableEngines([absent, onGpu, working, slow], 'cpu', (line) => said.push(line))).toEqual(['tensorflow']);
    expect(said).toEqual(['cuda: left out, no driver (install it)', 'webgpu: left out, it computes on a card']);
    expect(await usableEngines([absent, onGpu, working], 'cuda', () => undefined)).toEqual(['webgpu']);
  });

  test('a named engine works, or is refused with the cure', async () => {
    expect(await assertUsable([slow])).toEqual(['cpu']);
    await expect(assertUsable([working, absent])).rejects.toThrow(/bench --engine cuda: expected the engine cuda to work on this machine, got no driver; install it/);
  });
});

test.each([128, 256])('the config of the bench is the whole objective at %i pixels', async (resolution) => {
  const { generator, objective } = await readConfig(path.resolve(import.meta.dirname, `../configs/bench-${resolution}.yaml`));
  expect(generator.resolution).toBe(resolution);
  const { l1, lpips, identity, adversarial, r1Gamma, shape, pose, expression } = objective;
  expect([l1, lpips, identity, adversarial, r1Gamma, shape, pose, expression].every((weight) => weight > 0)).toBe(true);
});
