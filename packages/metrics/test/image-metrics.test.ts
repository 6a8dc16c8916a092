import '@tensorflow/tfjs';
import { ShapeError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { meanAbsoluteError, peakSignalToNoise, structuralSimilarity } from '../src/index.ts';
import golden from './ssim-psnr.json' with { type: 'json' };

beforeAll(() => tf.setBackend('cpu'));

/** The formulas of tools/golden/metrics_ssim_psnr.py. */
const waves: Readonly<Record<string, (x: number, y: number, channel: number) => number>> = {
  smooth: (x, y, channel) => 0.6 * Math.sin(0.31 * x + 0.7 * channel) * Math.cos(0.17 * y),
  shifted: (x, y, channel) => 0.6 * Math.sin(0.31 * x + 0.7 * channel + 0.3) * Math.cos(0.17 * y),
  grained: (x, y, channel) => waves['smooth']!(x, y, channel) + (((7 * x + 13 * y + 5 * channel) % 11) - 5) * 0.04,
  flat: () => 0.25,
};

function image(kind: string, height: number, width: number): tf.Tensor {
  const values = Array.from({ length: height * width * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    const value = waves[kind]!(pixel % width, Math.floor(pixel / width), index % 3);
    return Math.round(value * 128) / 128;
  });
  return tf.tensor(values, [1, height, width, 3]);
}

describe.each(golden.cases)(`$first against $second, $height x $width, by ${golden.madeWith}`, (wanted) => {
  const pair = () => [wanted.first, wanted.second].map((kind) => image(kind, wanted.height, wanted.width)) as [tf.Tensor, tf.Tensor];

  test('ssim', async () => {
    expect(Math.abs((await structuralSimilarity.measure(...pair())) - wanted.ssim)).toBeLessThan(2e-5);
  });
  test('psnr', async () => {
    expect(Math.abs((await peakSignalToNoise.measure(...pair())) - wanted.psnr)).toBeLessThan(1e-4);
  });
  test('l1', async () => {
    expect(Math.abs((await meanAbsoluteError.measure(...pair())) - wanted.l1)).toBeLessThan(1e-6);
  });
});

describe.each([
  [structuralSimilarity, 1],
  [peakSignalToNoise, Infinity],
  [meanAbsoluteError, 0],
] as const)('laws', (metric, best) => {
  const [first, second] = [image('smooth', 12, 12), image('grained', 12, 12)];

  test(`${metric.name}: ${best} for equal images`, async () => {
    expect(await metric.measure(first, first)).toBeCloseTo(best, 5);
  });

  test(`${metric.name}: symmetric, and worse for unequal images`, async () => {
    const there = await metric.measure(first, second);
    expect(await metric.measure(second, first)).toBeCloseTo(there, 5);
    if (metric.better === 'higher') expect(there).toBeLessThan(best);
    else expect(there).toBeGreaterThan(best);
  });

  test(`${metric.name}: refuses batches and images of different size`, async () => {
    await expect(metric.measure(first, image('smooth', 12, 13))).rejects.toThrow(ShapeError);
    await expect(metric.measure(tf.zeros([2, 12, 12, 3]), tf.zeros([2, 12, 12, 3]))).rejects.toThrow(ShapeError);
  });

  test(`${metric.name}: leaves no tensors behind`, async () => {
    const before = tf.memory().numTensors;
    await metric.measure(first, second);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('ssim refuses images smaller than its window', async () => {
  const small = image('smooth', 10, 20);
  await expect(structuralSimilarity.measure(small, small)).rejects.toThrow('11 pixels');
});
