/** The table of figures: what it is computed from, how it is printed. Nothing here depends on how long anything takes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle } from '@mfim/pipeline';
import { folderFiles, nodeRuntime } from '@mfim/pipeline/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { downloadFigure } from '../src/bench/figures/download-figure.ts';
import { FIGURES, measuredFigure, skippedFigure } from '../src/bench/figures/figure.ts';
import { figureLines } from '../src/bench/figures/figure-lines.ts';
import { fullSizeFigures } from '../src/bench/figures/full-size-figures.ts';
import { smallFigures } from '../src/bench/figures/small-figures.ts';
import { complaint, trainingFigures } from '../src/bench/figures/training-figures.ts';
import { parseFigures } from '../src/parse-flags.ts';
import { writeTinyBundle } from './tiny-bundle.ts';

describe('goals', () => {
  test.each([
    ['pytorch', 0.6, true],
    ['pytorch', 0.61, false],
    ['peak256', 0.75, true],
    ['peak256', 0.74, false],
    ['download', 62, true],
  ] as const)('%s at %d', (name, value, met) => {
    expect(measuredFigure(name, value, { parts: {} })).toMatchObject({ ...FIGURES[name], value, met });
  });

  test('without a goal, or without a value, nothing is reached or missed', () => {
    expect(measuredFigure('browser', 7, { parts: {} }).met).toBeNull();
    expect(skippedFigure('pytorch', 'no PyTorch')).toMatchObject({ value: null, met: null, reason: 'no PyTorch' });
  });
});

test('the table has a line for each figure, and under it what it was computed from', () => {
  const lines = figureLines([measuredFigure('pytorch', 0.5, { parts: { 'ours ms': 1000, PyTorch: '2.15.0' } }), skippedFigure('browser', 'no Chromium'), measuredFigure('download', 61.84, { parts: {} })]);
  expect(lines.map((line) => line.replaceAll(/ +/g, ' ').trim())).toEqual([
    'figure value goal',
    'a 1024 generator: onnx CPU / PyTorch CPU, its fastest layout 0.500 <= 0.6 reached',
    'ours ms 1000, PyTorch 2.15.0',
    'f 256 generator: wasm in Chromium / native - - skipped',
    'no Chromium',
    'h 1024 generator in float16, download 61.8 MB <= 62 reached',
  ]);
});

test('the download is what the generator has, without the encoder', () => {
  const figure = downloadFigure({ 'manifest.json': new Uint8Array(5), 'encoder.onnx': new Uint8Array(7e6), 'generator-16.onnx': new Uint8Array(1e6), 'generator-64.onnx': new Uint8Array(5e5) });
  expect(figure).toMatchObject({ value: 1.5, met: true, parts: { 'generator-16.onnx MB': 1, 'generator-64.onnx MB': 0.5 } });
});

describe('training', () => {
  const ratio = (name: string, against: string, mean: number, peakMemory: number) => ({ name, against, mean, peakMemory });
  const sides = [{ name: 'onnx', meanMilliseconds: 900, peakBytes: 2e9 }];

  test.each([
    ['onnx measured first', [ratio('onnx', 'PyTorch nchw', 0.9, 0.8), ratio('tensorflow', 'PyTorch nchw', 3, 3), ratio('tensorflow', 'onnx', 2, 3)]],
    ['tensorflow measured first', [ratio('onnx', 'PyTorch nchw', 0.9, 0.8), ratio('onnx', 'tensorflow', 0.5, 1)]],
  ])('%s', (_, ratios) => {
    const { trainingPytorch, trainingTensorflow, trainingMemory } = trainingFigures({ ratios, sides });
    expect([trainingPytorch.value, trainingTensorflow.value, trainingMemory.value]).toEqual([0.9, 0.5, 0.8]);
    expect(trainingPytorch.parts).toEqual({ 'onnx ms': 900 });
  });

  test.each([
    ['the last line', 'warm-up ...\nmfim-train: expected an engine, got none; install one\n', 'mfim-train: expected an engine, got none; install one'],
    ['the error, where Node ended it', "file.js:75\nSyntaxError: no export named 'x'\n    at here\n\nNode.js v20.20.2\n", "SyntaxError: no export named 'x'"],
    ['or what the system says', '', 'Command failed'],
  ])('of a run that failed, %s', (_, stderr, expected) => {
    expect(complaint({ stderr, message: 'Command failed' })).toBe(expected);
  });

  test('who took no part is named', () => {
    const { trainingPytorch, trainingTensorflow, trainingMemory } = trainingFigures({ ratios: [], sides, reason: 'no PyTorch here' });
    expect([trainingPytorch.reason, trainingMemory.reason]).toEqual(['no PyTorch here', 'no PyTorch here']);
    expect(trainingTensorflow.reason).toMatch(/mfim-train engine install/);
  });
});

describe('a bundle', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mfim-figures-'));
    await writeTinyBundle(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('gives every figure, or the reason why not', async () => {
    const bundle = await openBundle(folderFiles(folder), await nodeRuntime({ threads: 1 }));
    const rounds: number[] = [];
    const common = { bundle, runs: 2, sgemm: { gflops: () => Promise.resolve(100), release: () => Promise.resolve() }, onRound: (round: number) => void rounds.push(round) };
    const full = await fullSizeFigures({ ...common, search: { reason: 'no PyTorch' } });
    const small = await smallFigures({ ...common, browser: { partner: { description: 'a browser', run: () => Promise.resolve(5), stop: () => Promise.resolve() } } });
    await bundle.release();
    expect(rounds).toEqual([0, 1, 2, 0, 1, 2]);
    expect(full.pytorch).toMatchObject({ value: null, reason: 'no PyTorch' });
    expect(Object.keys(full.slider.parts)).toEqual(['whole ms', 'codes from 32 on', 'first change after a whole image']);
    for (const figure of [full.peak1024, full.slider, small.peak256, small.browser]) expect(figure.value).toBeGreaterThan(0);
    expect(small.browser).toMatchObject({ met: null, parts: { browser: 'a browser', 'wasm ms': 5 } });
  });
});

test('figures are chosen by letter', () => {
  expect(parseFigures('all')).toHaveLength(8);
  expect(parseFigures('g,a')).toEqual(['g', 'a']);
  expect(() => parseFigures('a,z')).toThrow(/letters from a to h, got 'a,z'/);
});
